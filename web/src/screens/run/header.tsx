import { useMutation } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { ChevronRight, OctagonX, RotateCcw, RotateCw } from 'lucide-react';
import { useState } from 'react';
import { cancelCommand, retryCommand } from '@/api/commands';
import type { RunDetail, Step } from '@/api/types';
import { lookOf } from '@/design/states';
import { number, plural } from '@/lib/format';
import { Button } from '@/ui/button';
import { CopyId, cli } from '@/ui/copy';
import { Confirm } from '@/ui/dialog';
import { RunLink, TriggerMark } from '@/ui/links';
import { ShellMenu } from '@/ui/shell-menu';
import { StatusIcon, Tag, Tags } from '@/ui/status';
import { Duration, Time } from '@/ui/time';
import { toastError } from '@/ui/toast';
import styles from './run.module.css';
import { countMarked, type StepMark, type StepMarks } from './step-checks';

/** What can be done with the run now. */
export function Actions({ run }: { run: RunDetail }) {
  const navigate = useNavigate();
  const [asking, setAsking] = useState(false);
  const cancel = useMutation(cancelCommand());
  const retry = useMutation(retryCommand());
  const over = Boolean(run.ended_at);
  const failed = run.state === 'failed' || run.state === 'canceled';
  const again = (scope: 'all' | 'from_failure') =>
    retry.mutate(
      { run: run.id, scope },
      {
        onSuccess: ({ run: next }) => void navigate({ to: '/runs/$run', params: { run: next } }),
        onError: (error) => toastError('The run could not be retried', error),
      },
    );
  const pending = retry.isPending && 'The retry is being accepted';
  return (
    <>
      <ShellMenu
        commands={[
          { label: 'Everything about it', command: cli('runs', 'show', run.id) },
          {
            label: over ? 'Its output' : 'Its output as it comes',
            command: cli('runs', 'logs', run.id, ...(over ? [] : ['-f'])),
          },
          ...(over
            ? [
                { label: 'Retry from failure', command: cli('runs', 'retry', run.id, '--from-failure') },
                { label: 'Run all of it again', command: cli('runs', 'retry', run.id) },
              ]
            : [{ label: 'Cancel it', command: cli('runs', 'cancel', run.id) }]),
        ]}
      />
      {over ? (
        <>
          <Button icon={RotateCcw} blocked={pending} onClick={() => again('all')}>
            Run again
          </Button>
          {failed && (
            <Button look="primary" icon={RotateCw} blocked={pending} onClick={() => again('from_failure')}>
              Retry from failure
            </Button>
          )}
        </>
      ) : (
        <Button
          look="danger"
          icon={OctagonX}
          blocked={run.state === 'canceling' && 'It was told to stop; its steps are ending'}
          onClick={() => setAsking(true)}
        >
          Cancel
        </Button>
      )}
      <Confirm
        open={asking}
        onClose={() => setAsking(false)}
        title="Cancel this run?"
        action="Cancel the run"
        pending={cancel.isPending}
        onConfirm={() =>
          cancel.mutate(run.id, {
            onSuccess: () => setAsking(false),
            onError: (error) => toastError('The run could not be canceled', error),
          })
        }
      >
        Steps that run are stopped, with all processes they started. What is already made stays, and the run can be
        retried from where it stopped.
      </Confirm>
    </>
  );
}

/** How many steps are in each state, as a bar and in words. */
export function Progress({ run, steps, marks }: { run: RunDetail; steps: readonly Step[]; marks: StepMarks }) {
  const counts = countMarked(steps, marks);
  const parts = ORDER.map((state) => ({ state, count: run.counts[state] })).filter(({ count }) => count > 0);
  // What succeeded with a check that did not pass is a part of its own.
  const bar = parts.flatMap<{ state: string; count: number }>((part) => {
    if (part.state !== 'succeeded') return [part];
    const clean = { state: part.state, count: part.count - counts.check_failed - counts.check_warned };
    const marked = MARKED.map((state) => ({ state, count: counts[state] }));
    return [clean, ...marked].filter(({ count }) => count > 0);
  });
  return (
    <div className={styles.progress}>
      <div className={styles.bar} aria-hidden>
        {bar.map(({ state, count }) => (
          <span key={state} data-state={state} style={{ flexGrow: count }} />
        ))}
      </div>
      <ul className={styles.counts} aria-label="Steps by state">
        {parts.map(({ state, count }) => (
          <li key={state}>
            <Link
              from="/runs/$run"
              to="."
              search={(before) => ({
                ...before,
                tab: before.tab === 'timeline' ? before.tab : 'steps',
                state: [state],
              })}
              className={styles.countLink}
            >
              <StatusIcon kind="step" state={state} size={13} />
              {number(count)} {lookOf('step', state).label.toLowerCase()}
            </Link>
          </li>
        ))}
        {MARKED.map((state) => (
          <Marked key={state} state={state} count={counts[state]} />
        ))}
      </ul>
    </div>
  );
}

/** How many of those that succeeded did so with a check that did not pass. */
function Marked({ state, count }: { state: StepMark['state']; count: number }) {
  if (count === 0) return null;
  return (
    <li>
      <Link from="/runs/$run" to="." search={(before) => ({ ...before, tab: 'results' })} className={styles.countLink}>
        <StatusIcon kind="step" state={state} size={13} />
        {number(count)} with a {state === 'check_failed' ? 'failed check' : 'check that warns'}
      </Link>
    </li>
  );
}

const MARKED = ['check_failed', 'check_warned'] as const;
const ORDER = ['succeeded', 'failed', 'retry_wait', 'running', 'pending', 'skipped', 'canceled'] as const;

/** Who, when and how long, in one line of small facts. */
export function Facts({ run }: { run: RunDetail }) {
  const { tags = {} } = run;
  return (
    <dl className={styles.facts}>
      <Fact name="Started by">
        <TriggerMark trigger={run.trigger} />
        {run.trigger.kind === 'schedule' && (
          <span className="muted">
            due <Time at={run.trigger.due_at} />
          </span>
        )}
      </Fact>
      <Fact name="Accepted">
        <Time at={run.created_at} />
      </Fact>
      <Fact name="Queued for">
        {run.started_at || !run.ended_at ? <Duration from={run.created_at} to={run.started_at} /> : 'it never started'}
      </Fact>
      <Fact name="Ran for">
        <Duration from={run.started_at} to={run.ended_at} />
      </Fact>
      <Fact name="Definitions">
        <CopyId id={run.snapshot} what="snapshot" />
        <Link to="/deployments" search={{ now: run.snapshot }}>
          compare
        </Link>
      </Fact>
      {Object.keys(tags).length > 0 && (
        <Fact name="Tags">
          <Tags>
            {Object.entries(tags).map(([name, value]) => (
              <Link key={name} to="/runs" search={{ tag: value ? `${name}=${value}` : name }}>
                <Tag name={name} value={value} />
              </Link>
            ))}
          </Tags>
        </Fact>
      )}
    </dl>
  );
}

const Fact = ({ name, children }: { name: string; children: React.ReactNode }) => (
  <div className={styles.fact}>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

/** The first run and its retries, oldest first, this one among them. */
export function Chain({ run }: { run: RunDetail }) {
  const chain = [...(run.chain ?? [])].sort((a, b) => (a.created_at < b.created_at ? -1 : 1));
  if (chain.length < 2) return null;
  return (
    <nav className={styles.chain} aria-label="Chain of retries">
      <span className="muted">{plural(chain.length - 1, 'retry', 'retries')}:</span>
      <ol>
        {chain.map((each, at) => (
          <li key={each.id} aria-current={each.id === run.id ? 'true' : undefined}>
            {at > 0 && <ChevronRight size={13} aria-hidden className={styles.quiet} />}
            <StatusIcon kind="run" state={each.state} size={14} />
            {each.id === run.id ? <span className="mono">this run</span> : <RunLink run={each.id} />}
          </li>
        ))}
      </ol>
      <Link to="/runs" search={{ root: run.root }}>
        as a list
      </Link>
    </nav>
  );
}
