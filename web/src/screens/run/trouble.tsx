import { Link } from '@tanstack/react-router';
import { ChevronRight, CircleX, RotateCw, ScrollText, ShieldX, SkipForward } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { RunDetail, Step } from '@/api/types';
import { plural } from '@/lib/format';
import { useSetSearch } from '@/lib/use-search';
import { Button } from '@/ui/button';
import { ErrorText } from '@/ui/error-text';
import { Panel } from '@/ui/page';
import { Time } from '@/ui/time';
import styles from './run.module.css';
import { brokenChecks, type StepMarks, saidBy } from './step-checks';
import { checkOf, type FailedStep, type Skipped, troubleOf } from './trouble-words';

const SHOWN = 3;

/** What went wrong, before anything else: the errors, and what never ran because of them. */
export function Trouble({ run, steps, marks }: { run: RunDetail; steps: readonly Step[]; marks: StepMarks }) {
  const { failed, retrying, skipped } = troubleOf(steps, brokenChecks(marks));
  const [all, setAll] = useState(false);
  const items = [
    ...failed.map((each) => <Failed key={`step ${each.step.no}`} {...each} />),
    ...retrying.map((step) => <Failed key={`step ${step.no}`} step={step} held={0} />),
    ...skipped.map(({ cause, count }) => <SkippedSteps key={cause} cause={cause} count={count} marks={marks} />),
  ];
  if (items.length === 0 && !run.reason) return null;
  const shown = all ? items : items.slice(0, SHOWN);
  return (
    <Panel title={run.ended_at ? 'What went wrong' : 'What goes wrong'}>
      <ul className={styles.trouble}>
        {run.reason && (
          <Item icon={<CircleX size={15} aria-hidden className={styles.bad} />}>
            <span className={styles.anywhere}>{run.reason}</span>
          </Item>
        )}
        {shown}
        {items.length > SHOWN && (
          <li className={styles.item}>
            <Button size="small" look="quiet" aria-expanded={all} onClick={() => setAll(!all)}>
              {all ? 'Show less' : `Show ${plural(items.length - shown.length, 'more', 'more')}`}
            </Button>
          </li>
        )}
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

function Failed({ step, held }: FailedStep) {
  const setSearch = useSetSearch('push');
  const { failure, state, no } = step;
  const retries = state === 'retry_wait';
  const [first = '', ...more] = (failure?.message ?? '').split('\n');
  const rest = [more.join('\n'), failure?.details].filter(Boolean).join('\n\n');
  const Icon = retries ? RotateCw : CircleX;
  return (
    <Item icon={<Icon size={15} aria-hidden className={retries ? styles.warn : styles.bad} />}>
      <div className={styles.between}>
        <span className={styles.anywhere}>
          <Link from="/runs/$run" to="." search={(before) => ({ ...before, step: no })} className={styles.strong}>
            {step.name}
          </Link>{' '}
          {retries ? (
            <span className="muted">
              tries again <Time at={step.retry_at} ahead />
            </span>
          ) : (
            <span className="muted">
              failed{step.attempt > 1 && ` after ${plural(step.attempt, 'attempt')}`}
              {held > 0 && `, and ${plural(held, 'step was', 'steps were')} skipped because of it`}
            </span>
          )}
        </span>
        <Button
          size="small"
          icon={ScrollText}
          onClick={() => setSearch({ tab: 'logs', step: no, attempt: undefined, stream: undefined, q: undefined })}
        >
          Log
        </Button>
      </div>
      {failure &&
        (rest === '' ? (
          <pre className={styles.said}>{first}</pre>
        ) : (
          <details className={styles.details}>
            <summary className={styles.said}>
              <ChevronRight size={13} aria-hidden />
              {first}
            </summary>
            <ErrorText text={rest} />
          </details>
        ))}
    </Item>
  );
}

function SkippedSteps({ cause, count, marks }: Skipped & { marks: StepMarks }) {
  const setSearch = useSetSearch('push');
  const check = checkOf(cause);
  const said = check && saidBy(marks, check);
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
          {count > 0 && (
            <span className="muted">, and {plural(count, 'step was', 'steps were')} skipped because of it</span>
          )}
        </span>
        {count > 0 && (
          <Button size="small" onClick={() => setSearch({ tab: 'steps', state: ['skipped'], q: undefined })}>
            Show them
          </Button>
        )}
      </div>
      {said && <p className={styles.found}>{said}</p>}
    </Item>
  );
}
