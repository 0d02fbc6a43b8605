import { Link } from '@tanstack/react-router';
import { ChevronRight, CircleX, RotateCw, ScrollText, ShieldX, SkipForward } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { RunDetail, Step } from '@/api/types';
import { plural } from '@/lib/format';
import { useSetSearch } from '@/lib/use-search';
import { Button } from '@/ui/button';
import { Panel } from '@/ui/page';
import { Time } from '@/ui/time';
import styles from './run.module.css';
import { checkOf, troubleOf } from './trouble-words';

const SHOWN = 4;

/** What went wrong, before anything else: the errors, and what never ran because of them. */
export function Trouble({ run, steps }: { run: RunDetail; steps: readonly Step[] }) {
  const { failed, retrying, skipped } = troubleOf(steps);
  const [all, setAll] = useState(false);
  const bad = [...failed, ...retrying];
  if (bad.length + skipped.length === 0 && !run.reason) return null;
  const shown = all ? bad : bad.slice(0, SHOWN);
  return (
    <Panel title={run.ended_at ? 'What went wrong' : 'What goes wrong'}>
      <ul className={styles.trouble}>
        {run.reason && (
          <Item icon={<CircleX size={15} aria-hidden className={styles.bad} />}>
            <span className={styles.anywhere}>{run.reason}</span>
          </Item>
        )}
        {shown.map((step) => (
          <FailedStep key={step.no} step={step} />
        ))}
        {bad.length > shown.length && (
          <li className={styles.item}>
            <Button size="small" onClick={() => setAll(true)}>
              Show {plural(bad.length - shown.length, 'more', 'more')}
            </Button>
          </li>
        )}
        {skipped.map(({ cause, steps: such }) => (
          <SkippedSteps key={cause} cause={cause} count={such.length} />
        ))}
      </ul>
    </Panel>
  );
}

const Item = ({ icon, children }: { icon: ReactNode; children: ReactNode }) => (
  <li className={styles.item}>
    {icon}
    <div className={styles.words}>{children}</div>
  </li>
);

function FailedStep({ step }: { step: Step }) {
  const setSearch = useSetSearch('push');
  const { failure, state, no } = step;
  const retries = state === 'retry_wait';
  return (
    <Item
      icon={
        retries ? (
          <RotateCw size={15} aria-hidden className={styles.warn} />
        ) : (
          <CircleX size={15} aria-hidden className={styles.bad} />
        )
      }
    >
      <div className={styles.between}>
        <span>
          <Link from="/runs/$run" to="." search={(before) => ({ ...before, step: no })} className={styles.strong}>
            {step.name}
          </Link>{' '}
          <span className="muted">
            {retries ? (
              <>
                tries again <Time at={step.retry_at} />
              </>
            ) : (
              `failed${step.attempt > 1 ? ` after ${plural(step.attempt, 'attempt')}` : ''}`
            )}
          </span>
        </span>
        <Button
          size="small"
          icon={ScrollText}
          onClick={() => setSearch({ tab: 'logs', step: no, attempt: undefined, stream: undefined, q: undefined })}
        >
          Log
        </Button>
      </div>
      {failure && <pre className={styles.error}>{failure.message}</pre>}
      {failure?.details && (
        <details className={styles.details}>
          <summary>
            <ChevronRight size={13} aria-hidden />
            Details
          </summary>
          <pre className={styles.error}>{failure.details}</pre>
        </details>
      )}
    </Item>
  );
}

function SkippedSteps({ cause, count }: { cause: string; count: number }) {
  const setSearch = useSetSearch('push');
  const check = checkOf(cause);
  const Icon = check ? ShieldX : SkipForward;
  return (
    <Item icon={<Icon size={15} aria-hidden className={check ? styles.bad : styles.quiet} />}>
      <div className={styles.between}>
        <span className={styles.anywhere}>
          {check ? (
            <>
              Check{' '}
              <Link
                to="/assets/$"
                params={{ _splat: check.asset }}
                search={{ tab: 'checks', check: check.check }}
                className={styles.strong}
              >
                {check.check}
              </Link>{' '}
              on{' '}
              <Link to="/assets/$" params={{ _splat: check.asset }}>
                {check.asset}
              </Link>{' '}
              failed
            </>
          ) : (
            cause
          )}
          : <span className="muted">{plural(count, 'step was', 'steps were')} skipped</span>
        </span>
        <Button size="small" onClick={() => setSearch({ tab: 'steps', state: ['skipped'], q: undefined })}>
          Show them
        </Button>
      </div>
    </Item>
  );
}
