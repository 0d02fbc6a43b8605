// One step: how it went, every attempt, what it makes, and what it waits for.

import { Link } from '@tanstack/react-router';
import { ScrollText, X } from 'lucide-react';
import type { Attempt, RunDetail, Step } from '@/api/types';
import { sentence, shortId } from '@/lib/format';
import { useMedia } from '@/lib/media';
import { useScrollTo } from '@/lib/scroll-to';
import { useSetSearch } from '@/lib/use-search';
import { Button, IconButton } from '@/ui/button';
import { CopyId } from '@/ui/copy';
import { ErrorText } from '@/ui/error-text';
import { Json } from '@/ui/json';
import { KeyValue } from '@/ui/key-value';
import { AssetLink } from '@/ui/links';
import { StatusBadge, StatusIcon } from '@/ui/status';
import { Duration, Time } from '@/ui/time';
import { CheckWords } from './check-words';
import styles from './run.module.css';
import { type StepMark, type StepMarks, shownState } from './step-checks';

export type StepDetailProps = {
  run: RunDetail;
  step: Step;
  steps: readonly Step[];
  attempts: readonly Attempt[];
  marks: StepMarks;
};

export function StepDetail({ run, step, steps, attempts, marks }: StepDetailProps) {
  const setSearch = useSetSearch();
  const place = useScrollTo<HTMLElement>(useMedia('(max-width: 1099px)'));
  const tries = attempts.filter((attempt) => attempt.step === step.no).sort((a, b) => b.attempt - a.attempt);
  const mark = marks.get(step.no);
  const config = run.config?.[step.name];
  const downstream = steps.filter(({ upstream }) => upstream?.includes(step.no));
  return (
    <aside ref={place} className={styles.detail} aria-label={`Step ${step.name}`}>
      <header className={styles.detailHead}>
        <h2 className={styles.anywhere}>{step.name}</h2>
        <IconButton
          icon={X}
          label="Close the step"
          size="small"
          onClick={() => setSearch({ step: undefined, attempt: undefined })}
        />
      </header>
      <div className={styles.detailBody}>
        <div className={styles.inline}>
          <StatusBadge kind="step" state={step.state} />
          {mark && <StatusBadge kind="step" state={mark.state} />}
          {step.attempt > 0 && (
            <Button
              size="small"
              icon={ScrollText}
              onClick={() => setSearch({ tab: 'logs', step: step.no, stream: undefined, q: undefined })}
            >
              Log
            </Button>
          )}
        </div>
        {step.cause && <p className={styles.anywhere}>{sentence(step.cause)}</p>}
        {mark && <CheckWords mark={mark} />}
        {step.failure && (
          <>
            <ErrorText text={step.failure.message} />
            {step.failure.details && (
              <details className={styles.details}>
                <summary>Details</summary>
                <ErrorText text={step.failure.details} label="Details" />
              </details>
            )}
          </>
        )}
        <KeyValue
          items={[
            ['Ran for', <Duration key="ran" from={step.started_at ?? step.leased_at} to={step.ended_at} />],
            ['Leased', step.leased_at && <Time key="leased" at={step.leased_at} form="absolute" />],
            ['Ended', step.ended_at && <Time key="ended" at={step.ended_at} form="absolute" />],
            ['Tries again', step.retry_at && <Time key="retry" at={step.retry_at} ahead />],
            [
              'Worker',
              step.worker && (
                <Link key="worker" to="/workers" search={{ worker: step.worker }} className="mono" title={step.worker}>
                  {shortId(step.worker)}
                </Link>
              ),
            ],
            [
              'Pool',
              step.pool && (
                <Link key="pool" to="/queue" search={{ pool: step.pool }}>
                  {step.pool}
                </Link>
              ),
            ],
            ['Number', <CopyId key="no" id={String(step.no)} what="step number" form="whole" />],
          ]}
        />
        {tries.length > 1 && <Attempts tries={tries} />}
        <Section title="Makes" hidden={step.assets.length === 0}>
          {step.assets.map((key) => (
            <li key={key}>
              <AssetLink assetKey={key} />
            </li>
          ))}
        </Section>
        <Section title="Checks" hidden={!step.checks?.length}>
          {step.checks?.map((check) => {
            const [asset = '', name = ''] = splitCheck(check);
            return (
              <li key={check} className={styles.inline}>
                {mark && such(mark, asset, name) && <StatusIcon kind="step" state={mark.state} size={13} />}
                <span className={styles.anywhere}>
                  <Link to="/assets/$" params={{ _splat: asset }} search={{ tab: 'checks', check: name }}>
                    {name}
                  </Link>{' '}
                  <span className="muted">of {asset}</span>
                </span>
              </li>
            );
          })}
        </Section>
        <Others title="Waits for" marks={marks} steps={steps.filter(({ no }) => step.upstream?.includes(no))} />
        <Others title="Then come" marks={marks} steps={downstream} />
        {config && (
          <section>
            <h3>Config</h3>
            <Json value={config} label={`Config of ${step.name}`} />
          </section>
        )}
      </div>
    </aside>
  );
}

/** Whether a mark is about a check. */
const such = ({ checks }: StepMark, asset: string, name: string): boolean =>
  checks.some((each) => each.check === name && (each.asset ?? asset) === asset);

/** `asset:check`; a key has no colon. */
const splitCheck = (text: string): [asset: string, check: string] => {
  const colon = text.indexOf(':');
  return [text.slice(0, colon), text.slice(colon + 1)];
};

function Section({ title, hidden, children }: { title: string; hidden: boolean; children: React.ReactNode }) {
  if (hidden) return null;
  return (
    <section>
      <h3>{title}</h3>
      <ul className={styles.others}>{children}</ul>
    </section>
  );
}

const MOST = 12;

function Others({ title, steps, marks }: { title: string; steps: readonly Step[]; marks: StepMarks }) {
  return (
    <Section title={title} hidden={steps.length === 0}>
      {steps.slice(0, MOST).map((step) => (
        <li key={step.no} className={styles.inline}>
          <StatusIcon kind="step" state={shownState(step, marks)} size={13} />
          <Link
            from="/runs/$run"
            to="."
            search={(before) => ({ ...before, step: step.no, attempt: undefined })}
            className="truncate"
          >
            {step.name}
          </Link>
        </li>
      ))}
      {steps.length > MOST && <li className="muted">and {steps.length - MOST} more</li>}
    </Section>
  );
}

function Attempts({ tries }: { tries: Attempt[] }) {
  const setSearch = useSetSearch();
  return (
    <section>
      <h3>Attempts</h3>
      <ol className={styles.tries}>
        {tries.map(({ attempt, end, started_at, leased_at, ended_at, failure, step }) => (
          <li key={attempt}>
            <div className={styles.between}>
              <StatusBadge kind="attempt" state={end ?? 'running'} shape="plain">
                {attempt}. {end === undefined || end === null ? 'runs' : END_WORDS[end]} after{' '}
                <Duration from={started_at ?? leased_at} to={ended_at} />
              </StatusBadge>
              <Button
                size="small"
                look="quiet"
                icon={ScrollText}
                aria-label={`Log of attempt ${attempt}`}
                onClick={() => setSearch({ tab: 'logs', step, attempt, stream: undefined, q: undefined })}
              >
                Log
              </Button>
            </div>
            {failure && <ErrorText text={failure.message} />}
          </li>
        ))}
      </ol>
    </section>
  );
}

const END_WORDS: Record<NonNullable<Attempt['end']>, string> = {
  succeeded: 'succeeded',
  failed: 'failed',
  lost: 'was lost with its worker',
  handed_back: 'was handed back',
  canceled: 'was canceled',
};
