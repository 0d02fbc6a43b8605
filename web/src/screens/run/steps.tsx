import { getRouteApi } from '@tanstack/react-router';
import { SearchX } from 'lucide-react';
import { useMemo } from 'react';
import type { RunDetail, Step } from '@/api/types';
import { shortId } from '@/lib/format';
import { useNarrow } from '@/lib/media';
import { useSetSearch } from '@/lib/use-search';
import { Button } from '@/ui/button';
import { FilterBar, type FilterValues } from '@/ui/filter-bar';
import { Panel } from '@/ui/page';
import { EmptyState } from '@/ui/states';
import { StatusBadge } from '@/ui/status';
import { type Column, Table } from '@/ui/table';
import { Duration } from '@/ui/time';
import { TwoLines } from '@/ui/two-lines';
import styles from './run.module.css';
import { markSaid, type StepMarks, shownState } from './step-checks';
import { filterSteps, stateFacet } from './step-filter';

const route = getRouteApi('/runs/$run');

const Took = ({ step }: { step: Step }) => <Duration from={step.started_at ?? step.leased_at} to={step.ended_at} />;
const why = ({ failure, cause, no }: Step, marks: StepMarks): string => {
  const mark = marks.get(no);
  return failure?.message.split('\n')[0] ?? (mark ? markSaid(mark) : (cause ?? ''));
};

const State = ({ step, marks }: { step: Step; marks: StepMarks }) => (
  <StatusBadge kind="step" state={shownState(step, marks)} shape="plain" />
);

const wide = (marks: StepMarks): Column<Step>[] => [
  { id: 'no', head: '#', width: '3.75rem', cell: ({ no }) => <span className="muted">{no}</span> },
  {
    id: 'state',
    head: 'State',
    width: '9rem',
    cell: (step) => <State step={step} marks={marks} />,
  },
  {
    id: 'name',
    head: 'Step',
    width: 'minmax(12rem, 2fr)',
    cell: ({ name }) => (
      <span className="truncate" title={name}>
        {name}
      </span>
    ),
  },
  {
    id: 'why',
    head: 'What it said',
    width: 'minmax(8rem, 3fr)',
    cell: (step) => (
      <span className="truncate muted" title={why(step, marks)}>
        {why(step, marks)}
      </span>
    ),
  },
  {
    id: 'attempts',
    head: 'Attempts',
    width: '5rem',
    align: 'end',
    cell: ({ attempt, losses }) => (
      <span title={losses > 0 ? `${losses} lost with a worker` : undefined}>
        {attempt || <span className="muted">–</span>}
      </span>
    ),
  },
  { id: 'pool', head: 'Pool', width: '6.5rem', cell: ({ pool }) => <span className="truncate muted">{pool}</span> },
  {
    id: 'worker',
    head: 'Worker',
    width: '7.5rem',
    cell: ({ worker }) =>
      worker ? (
        <span className="mono muted truncate" title={worker}>
          {shortId(worker)}
        </span>
      ) : (
        ''
      ),
  },
  { id: 'took', head: 'Ran for', width: '6.5rem', align: 'end', cell: (step) => <Took step={step} /> },
];

/** What the open details say anyway, and the table then has no room for. */
const DETAILED = ['attempts', 'pool', 'worker'];

const narrowColumns = (marks: StepMarks): Column<Step>[] => [
  {
    id: 'name',
    head: 'Step',
    width: 'minmax(0, 1fr)',
    cell: (step) => <TwoLines first={step.name} second={why(step, marks) || `#${step.no}`} />,
  },
  {
    id: 'state',
    head: 'State',
    width: '7rem',
    cell: (step) => <TwoLines first={<State step={step} marks={marks} />} second={<Took step={step} />} />,
  },
];

export type StepsProps = { run: RunDetail; steps: readonly Step[]; marks: StepMarks };

export function Steps({ run, steps, marks }: StepsProps) {
  const { state, q, step: chosen } = route.useSearch();
  const setSearch = useSetSearch();
  const narrow = useNarrow();
  const rows = useMemo(() => filterSteps(steps, state, q), [steps, state, q]);
  const columns = useMemo(() => {
    if (narrow) return narrowColumns(marks);
    return wide(marks).filter(({ id }) => chosen === undefined || !DETAILED.includes(id));
  }, [narrow, marks, chosen]);
  return (
    <div className={styles.stack}>
      <FilterBar
        values={{ state, q } as FilterValues}
        onChange={setSearch}
        search={{ name: 'q', label: 'Find a step' }}
        facets={[stateFacet(run.counts, state)]}
        end={
          <span className="muted" role="status">
            {rows.length} of {steps.length}
          </span>
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
          <div className={styles.tall}>
            <Table
              label="Steps"
              rows={rows}
              columns={columns}
              rowHeight={narrow ? 48 : undefined}
              rowKey={({ no }) => String(no)}
              current={chosen === undefined ? undefined : String(chosen)}
              onOpen={({ no }) => setSearch({ step: no, attempt: undefined })}
            />
          </div>
        )}
      </Panel>
    </div>
  );
}
