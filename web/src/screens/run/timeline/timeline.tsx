import { getRouteApi } from '@tanstack/react-router';
import { SearchX } from 'lucide-react';
import { useMemo } from 'react';
import type { Attempt, RunDetail, Step } from '@/api/types';
import { useSetSearch } from '@/lib/use-search';
import { Button } from '@/ui/button';
import { FilterBar, type FilterValues } from '@/ui/filter-bar';
import { Panel } from '@/ui/page';
import { Segments } from '@/ui/segments';
import { EmptyState } from '@/ui/states';
import type { StepMarks } from '../step-checks';
import { filterSteps, stateFacet } from '../step-filter';
import { Gantt } from './gantt';
import { criticalPath, rowsOf, type SortName, sortRows } from './model';
import styles from './timeline.module.css';

const route = getRouteApi('/runs/$run');

export type TimelineProps = {
  run: RunDetail;
  steps: readonly Step[];
  attempts: readonly Attempt[];
  marks: StepMarks;
};

export function Timeline({ run, steps, attempts, marks }: TimelineProps) {
  const { state, q, sort = 'plan', step: chosen } = route.useSearch();
  const setSearch = useSetSearch();
  const all = useMemo(() => rowsOf(run, steps, attempts), [run, steps, attempts]);
  const critical = useMemo(() => (run.ended_at ? criticalPath(all) : new Set<number>()), [run.ended_at, all]);
  const rows = useMemo(() => {
    const shown = new Set(filterSteps(steps, state, q));
    return sortRows(
      all.filter(({ step }) => shown.has(step)),
      sort,
      Date.now(),
    );
  }, [all, steps, state, q, sort]);
  return (
    <div className={styles.stack}>
      <FilterBar
        values={{ state, q } as FilterValues}
        onChange={setSearch}
        search={{ name: 'q', label: 'Find a step' }}
        facets={[stateFacet(run.counts, state)]}
        end={
          <Segments<SortName>
            label="Order of the steps"
            value={sort}
            options={[
              { value: 'plan', label: 'Plan' },
              { value: 'start', label: 'Start' },
              { value: 'duration', label: 'Longest' },
            ]}
            onChange={(next) => setSearch({ sort: next === 'plan' ? undefined : next })}
          />
        }
      />
      <Panel>
        {rows.length === 0 ? (
          <EmptyState
            icon={SearchX}
            title="No step passes the filters"
            actions={<Button onClick={() => setSearch({ state: undefined, q: undefined })}>Clear the filters</Button>}
          >
            Take one of them away to see more.
          </EmptyState>
        ) : (
          <Gantt
            run={run}
            all={all}
            rows={rows}
            critical={critical}
            marks={marks}
            chosen={chosen}
            onChoose={(step) => setSearch({ step, attempt: undefined })}
          />
        )}
        <Legend critical={critical.size > 0} marks={new Set([...marks.values()].map(({ state }) => state))} />
      </Panel>
    </div>
  );
}

const MEANINGS = [
  ['wait', undefined, 'waits for a slot'],
  ['start', undefined, 'starts'],
  ['run', 'going', 'runs'],
  ['run', 'succeeded', 'ran'],
  ['run', 'failed', 'failed'],
  ['retry', undefined, 'waits to retry'],
] as const;

const CHECK_MEANINGS = [
  ['check_failed', 'ran, and a check failed'],
  ['check_warned', 'ran, and a check warns'],
] as const;

function Legend({ critical, marks }: { critical: boolean; marks: ReadonlySet<string> }) {
  return (
    <ul className={styles.legend} aria-label="What the bars mean">
      {MEANINGS.map(([kind, end, words]) => (
        <li key={words}>
          <span className={styles.swatch}>
            <span className={styles[kind]} data-end={end} />
          </span>
          {words}
        </li>
      ))}
      {CHECK_MEANINGS.filter(([mark]) => marks.has(mark)).map(([mark, words]) => (
        <li key={mark}>
          <span className={styles.swatch}>
            <span className={styles.run} data-end="succeeded" data-mark={mark} />
          </span>
          {words}
        </li>
      ))}
      {critical && (
        <li>
          <span className={styles.criticalMark} />
          made the run as long as it was
        </li>
      )}
    </ul>
  );
}
