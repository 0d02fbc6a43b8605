import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import {
  CircleCheck,
  Hash,
  type LucideIcon,
  Mail,
  Megaphone,
  MessagesSquare,
  Siren,
  TriangleAlert,
  Webhook,
} from 'lucide-react';
import { channelsQuery } from '@/api/queries';
import type { AlertChannel } from '@/api/types';
import { plural } from '@/lib/format';
import { CodeSample } from '@/ui/code-sample';
import { CopyId } from '@/ui/copy';
import { KeyValue } from '@/ui/key-value';
import { LoadedPanel } from '@/ui/loaded-panel';
import { Panel } from '@/ui/page';
import { EmptyState } from '@/ui/states';
import { Tag, Tags } from '@/ui/status';
import { ToneMark } from '@/ui/tone-mark';
import styles from './alerts.module.css';
import { TestButton, TestResult, useTest } from './test-button';
import { channelWords } from './words';

const ICONS: Record<string, LucideIcon> = {
  slack_webhook: Hash,
  slack_bot: Hash,
  webhook: Webhook,
  email: Mail,
  teams: MessagesSquare,
  pagerduty: Siren,
};

const SAMPLE = `Channel::slack_webhook("data-team", Secret::env("SLACK_WEBHOOK_URL"))`;

export function Channels() {
  const query = useQuery(channelsQuery());
  return (
    <LoadedPanel query={query} what="The channels could not be loaded">
      {(channels) =>
        channels.length === 0 ? (
          <Panel>
            <EmptyState
              icon={Megaphone}
              title="No channels"
              actions={<CodeSample label="Declaring a channel" code={SAMPLE} />}
            >
              A channel is where messages go: Slack, e-mail, a webhook, Teams or PagerDuty. Declare one beside your
              policies and deploy; its secrets stay on the server and are named, never written down.
            </EmptyState>
          </Panel>
        ) : (
          <ul className={styles.cards} aria-label="Channels">
            {channels.map((channel) => (
              <li key={channel.name} className={styles.card}>
                <Channel channel={channel} />
              </li>
            ))}
          </ul>
        )
      }
    </LoadedPanel>
  );
}

function Channel({ channel }: { channel: AlertChannel }) {
  const { name, kind, target, location, missing, policies, waiting, error } = channel;
  const test = useTest({ channel: name });
  const Icon = ICONS[kind] ?? Megaphone;
  return (
    <>
      <header className={styles.cardHead}>
        <h2 className={styles.name}>
          <Icon size={16} aria-hidden />
          {name}
        </h2>
        <span className={styles.buttons}>
          <TestButton test={test} what={`channel ${name}`} />
        </span>
      </header>
      {missing ? (
        <p className={styles.missing}>
          <ToneMark tone="warn" icon={TriangleAlert}>
            Cannot send yet: {missing}
          </ToneMark>
        </p>
      ) : (
        <p>
          <ToneMark tone="good" icon={CircleCheck}>
            Has all that it needs
          </ToneMark>
        </p>
      )}
      <KeyValue
        items={[
          ['Kind', channelWords(kind)],
          ['Goes to', target && <CopyId key="target" id={target} what="target" form="whole" />],
          [
            'Policies',
            policies.length > 0 ? (
              <Tags key="policies">
                {policies.map((policy) => (
                  <Tag key={policy} value={policy} />
                ))}
              </Tags>
            ) : (
              <span key="policies" className="muted">
                No policy tells it anything
              </span>
            ),
          ],
          [
            'Waiting',
            waiting > 0 && (
              <Link key="waiting" to="/alerts" search={{ tab: 'deliveries', delivery: 'waiting' }}>
                {plural(waiting, 'message')}
              </Link>
            ),
          ],
          [
            'Last error',
            error && (
              <span key="error" className={styles.error}>
                {error}
              </span>
            ),
          ],
          ['Declared in', location],
        ]}
      />
      <TestResult test={test} />
    </>
  );
}
