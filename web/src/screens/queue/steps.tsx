import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { CircleCheck, SearchX } from 'lucide-react';
import { useMemo } from 'react';
import { poolsQuery } from '@/api/queries';
import type { Queue } from '@/api/types';
import { cx } from '@/lib/class';
import { number, plural } from '@/lib/format';
import { useSetSearch } from '@/lib/use-search';
import { FilterBar } from '@/ui/filter-bar';
import { RunLink } from '@/ui/links';
import { Panel } from '@/ui/page';
import { EmptyState } from '@/ui/states';
import { type Column, Table } from '@/ui/table';
import { usePoolSteps } from './pool-steps';
import styles from './queue.module.css';
import { advice, reasons, shownSteps, type Waiting } from './reasons';

const route = getRouteApi('/queue');

const COLUMNS: Column<Waiting>[] = [
  {
    id: 'step',
    head: 'Step',
    width: 'minmax(10rem, 1.2fr)',
    cell: ({ run, step, name }) => (
      <Link to="/runs/$run" params={{ run }} search={{ tab: 'steps', step }} className="truncate" title={name}>
        {name}
      </Link>
    ),
  },
  { id: 'run', head: 'Run', width: '7.5rem', cell: ({ run }) => <RunLink run={run} /> },
  {
    id: 'why',
    head: 'Why it waits',
    width: 'minmax(12rem, 2fr)',
    narrow: 'hide',
    cell: ({ why }) => (
      <span className="truncate" title={why}>
        {why}
      </span>
    ),
  },
];

export function WaitingSteps({ queue }: { queue: Queue }) {
  const search = route.useSearch();
  const setSearch = useSetSearch();
  const { steps, waiting_steps } = queue;
  const inPool = usePoolSteps(search.pool);
  const shown = useMemo(() => shownSteps(steps, search, inPool), [steps, search, inPool]);
  const why = useMemo(() => reasons(steps), [steps]);
  const pools = useQuery(poolsQuery()).data ?? [];
  const more = waiting_steps - steps.length;
  return (
    <div className={styles.part}>
      <Panel title="Steps that are ready and wait" height="fill">
        {steps.length === 0 ? (
          <EmptyState icon={CircleCheck} title="No step waits">
            Every step whose upstream is there runs already.
          </EmptyState>
        ) : (
          <>
            <ul className={styles.reasons} aria-label="Reasons">
              {why.map(({ why: text, count }) => (
                <li key={text}>
                  <button
                    type="button"
                    aria-pressed={search.why === text}
                    className={cx(styles.reason, search.why === text && styles.chosen)}
                    onClick={() => setSearch({ why: search.why === text ? undefined : text })}
                  >
                    <span className={styles.count}>{number(count)}</span>
                    <span className={styles.what}>
                      {text}
                      {advice(text) && <span className={styles.advice}>{advice(text)}</span>}
                    </span>
                  </button>
                </li>
              ))}
            </ul>
            <div className={styles.bar}>
              <FilterBar
                values={{ q: search.q, pool: search.pool }}
                onChange={setSearch}
                search={{ name: 'q', label: 'Find a step or run' }}
                facets={[
                  { name: 'pool', label: 'Pool', options: pools.map(({ name }) => ({ value: name, label: name })) },
                ]}
                end={<span className="muted">{plural(shown.length, 'step')}</span>}
              />
            </div>
            {shown.length === 0 ? (
              <EmptyState icon={SearchX} title="No step matches">
                Take a filter away, or choose another reason.
              </EmptyState>
            ) : (
              <Table
                label="Steps that wait"
                rows={shown}
                columns={COLUMNS}
                rowKey={({ run, step }) => `${run} ${step}`}
                foot={more > 0 ? `The server names the first ${number(steps.length)}; ${number(more)} more wait.` : ''}
              />
            )}
          </>
        )}
      </Panel>
    </div>
  );
}
