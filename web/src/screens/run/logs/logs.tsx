// The output of the steps of a run: which step, which attempt, which stream, and then the log itself.
import { useQueries } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { ScrollText } from 'lucide-react';
import { readLog } from '@/api/queries';
import type { LogStream, Step } from '@/api/types';
import { lookOf } from '@/design/states';
import { bytes } from '@/lib/units';
import { useSetSearch } from '@/lib/use-search';
import { CliHint, cli } from '@/ui/copy';
import { ErrorText } from '@/ui/error-text';
import { SelectInput } from '@/ui/field';
import { Panel } from '@/ui/page';
import { EmptyState } from '@/ui/states';
import { StatusBadge } from '@/ui/status';
import { CheckWords } from '../check-words';
import { markTitle, markWords, type StepMarks, shownState } from '../step-checks';
import { chooseStep, chooseStream } from './choose';
import { LogView } from './log-view';
import styles from './logs.module.css';

const route = getRouteApi('/runs/$run');
const STREAMS: LogStream[] = ['stdout', 'stderr', 'log'];
const NAMES: Record<LogStream, string> = { stdout: 'stdout', stderr: 'stderr', log: 'structured log' };

/** Whether an attempt of a step may still write. */
const isLive = (step: Step, attempt: number): boolean =>
  attempt >= step.attempt && (step.state === 'running' || step.state === 'pending' || step.state === 'retry_wait');

/** How much is in each stream. Asked once, and once more when the attempt has ended. */
function useSizes(run: string, step: Step | undefined, attempt: number) {
  const live = step !== undefined && isLive(step, attempt);
  const results = useQueries({
    queries: STREAMS.map((stream) => ({
      queryKey: ['log-size', run, step?.no, attempt, stream, live],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        readLog({ run, step: step?.no ?? 0, stream, attempt: attempt || undefined }, -1, signal),
      enabled: step !== undefined && step.attempt > 0,
      staleTime: Number.POSITIVE_INFINITY,
    })),
  });
  return {
    known: results.every(({ isPending }) => !isPending),
    sizes: Object.fromEntries(STREAMS.map((stream, at) => [stream, results[at]?.data?.size ?? 0])),
  };
}

export function Logs({ run, steps, marks }: { run: string; steps: readonly Step[]; marks: StepMarks }) {
  const search = route.useSearch();
  const setSearch = useSetSearch();
  const step = chooseStep(steps, search.step, marks);
  const attempt = search.attempt ?? step?.attempt ?? 0;
  const { known, sizes } = useSizes(run, step, attempt);
  if (!step) {
    return (
      <Panel>
        <EmptyState icon={ScrollText} title="No steps">
          The run has no steps, so nothing wrote anything.
        </EmptyState>
      </Panel>
    );
  }
  const mark = marks.get(step.no);
  const stream = search.stream ?? chooseStream(sizes, step);
  return (
    <Panel>
      <div className={styles.head}>
        <SelectInput
          aria-label="Step"
          className={styles.step}
          value={step.no}
          onChange={(event) => setSearch({ step: Number(event.target.value), attempt: undefined, stream: undefined })}
        >
          {steps.map((each) => (
            <option key={each.no} value={each.no}>
              {each.name} ({lookOf('step', shownState(each, marks)).label.toLowerCase()})
            </option>
          ))}
        </SelectInput>
        <StatusBadge kind="step" state={step.state} />
        {mark && (
          <span title={markTitle(mark)}>
            <StatusBadge kind="step" state={mark.state}>
              {markWords(mark)}
            </StatusBadge>
          </span>
        )}
        {step.attempt > 1 && (
          <SelectInput
            aria-label="Attempt"
            className={styles.attempt}
            value={attempt}
            onChange={(event) => setSearch({ attempt: Number(event.target.value), stream: undefined })}
          >
            {Array.from({ length: step.attempt }, (_, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: an attempt is its number.
              <option key={at} value={at + 1}>
                Attempt {at + 1} of {step.attempt}
              </option>
            ))}
          </SelectInput>
        )}
        <fieldset className={styles.streams}>
          <legend className="sr-only">Stream</legend>
          {STREAMS.map((each) => (
            <label key={each} className={styles.stream} data-on={each === stream || undefined}>
              <input
                type="radio"
                name="stream"
                className="sr-only"
                checked={each === stream}
                onChange={() => setSearch({ stream: each })}
              />
              {NAMES[each]}
              {known && <span className={styles.size}>{sizes[each] ? bytes(sizes[each]) : 'empty'}</span>}
            </label>
          ))}
        </fieldset>
      </div>
      {mark?.checks.some(({ said }) => said) && (
        <div className={styles.failure}>
          <CheckWords mark={mark} />
        </div>
      )}
      {step.failure && attempt === step.attempt && (
        <div className={styles.failure}>
          <ErrorText text={step.failure.message} label="It failed" />
        </div>
      )}
      {step.attempt === 0 ? (
        <EmptyState
          icon={ScrollText}
          title={step.state === 'skipped' ? 'It never started' : 'It has not started yet'}
          actions={<CliHint command={cli('runs', 'logs', run, '-f')} />}
        >
          {step.cause ?? 'What it writes appears here as soon as a worker starts it.'}
        </EmptyState>
      ) : (
        (known || search.stream) && (
          <LogView
            key={`${step.no} ${attempt} ${stream}`}
            place={{ run, step: step.no, stream, attempt: attempt || undefined }}
            name={step.name}
            live={isLive(step, attempt)}
            search={search.q ?? ''}
            onSearch={(q) => setSearch({ q: q || undefined })}
          />
        )
      )}
    </Panel>
  );
}
