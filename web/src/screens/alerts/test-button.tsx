// Sending a sample message, and what came of it.
import { useMutation, useQuery } from '@tanstack/react-query';
import { Send } from 'lucide-react';
import { useEffect, useState } from 'react';
import { testChannelCommand, testPolicyCommand } from '@/api/commands';
import { testsQuery } from '@/api/queries';
import type { Delivery } from '@/api/types';
import { Button } from '@/ui/button';
import { ErrorState } from '@/ui/states';
import { StatusBadge } from '@/ui/status';
import { Time } from '@/ui/time';
import styles from './alerts.module.css';

export type Target = { policy: string } | { channel: string };

export type Test = {
  send: () => void;
  sending: boolean;
  error: Error | null;
  /** The messages of the last test, once there was one. */
  deliveries: Delivery[] | undefined;
};

/** A delivery changes without an event, so the result of a test is looked up a few times, ever less often. */
const LOOKS = [300, 700, 1_500, 3_000, 6_000, 12_000, 25_000, 50_000];

/** Whether a message is of this test. */
function isOf(target: Target, after: number, { policy, channel, seq, topic }: Delivery): boolean {
  if (topic !== 'alert.test' || seq <= after) return false;
  return 'policy' in target ? policy === target.policy : !policy && channel === target.channel;
}

export function useTest(target: Target): Test {
  const [after, setAfter] = useState<number>();
  const [looks, setLooks] = useState(0);
  const latest = useQuery({ ...testsQuery(), enabled: after !== undefined });
  const policy = useMutation(testPolicyCommand());
  const channel = useMutation(testChannelCommand());
  const command = 'policy' in target ? policy : channel;
  const deliveries = after === undefined ? undefined : latest.data?.filter((each) => isOf(target, after, each));
  const open = command.isSuccess && (deliveries?.length ? deliveries.some(({ state }) => state === 'waiting') : true);
  const { refetch } = latest;

  useEffect(() => {
    const wait = LOOKS[looks];
    if (!open || wait === undefined) return;
    const timer = setTimeout(() => {
      setLooks(looks + 1);
      void refetch();
    }, wait);
    return () => clearTimeout(timer);
  }, [open, looks, refetch]);

  const send = async () => {
    // What is there before is no result of this test.
    const before = await refetch();
    setAfter(Math.max(0, ...(before.data ?? []).map(({ seq }) => seq)));
    setLooks(0);
    if ('policy' in target) policy.mutate(target.policy);
    else channel.mutate(target.channel);
  };
  return { send: () => void send(), sending: command.isPending, error: command.error, deliveries };
}

export function TestButton({ test, what, blocked }: { test: Test; what: string; blocked?: string | false }) {
  return (
    <Button
      size="small"
      icon={Send}
      aria-label={`Send a test message: ${what}`}
      onClick={test.send}
      blocked={blocked || (test.sending && 'It is being sent')}
    >
      Test
    </Button>
  );
}

/** What came of each message of a test. */
export function TestResult({ test: { deliveries, error } }: { test: Test }) {
  if (error) return <ErrorState error={error} what="No test was sent" />;
  if (!deliveries) return null;
  return (
    <div className={styles.test} role="status" aria-label="Result of the test">
      {deliveries.length === 0 && <p className="muted">The test is on its way.</p>}
      {deliveries.map((delivery) => (
        <p key={delivery.seq} className={styles.result}>
          <StatusBadge kind="delivery" state={delivery.state} />
          <span>{delivery.channel}</span>
          <Outcome delivery={delivery} />
        </p>
      ))}
    </div>
  );
}

function Outcome({ delivery: { state, error, next_at, closed_at } }: { delivery: Delivery }) {
  if (state === 'waiting') {
    return (
      <span className="muted">
        {error && <>{error} </>}
        Tried again <Time at={next_at} ahead />
      </span>
    );
  }
  return (
    <span className="muted">
      {error ?? ''} <Time at={closed_at} />
    </span>
  );
}
