import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { History, SearchX } from 'lucide-react';
import { useMemo } from 'react';
import { runsQuery, ticksQuery } from '@/api/queries';
import { lookOf } from '@/design/states';
import { useNow } from '@/lib/clock';
import { number, plural } from '@/lib/format';
import { useParts } from '@/lib/parts';
import { duration } from '@/lib/time';
import { useSetSearch } from '@/lib/use-search';
import { calendar } from '@/lib/when';
import { Button } from '@/ui/button';
import { type Facet, FilterBar } from '@/ui/filter-bar';
import { RunLink } from '@/ui/links';
import { Panel } from '@/ui/page';
import { Took } from '@/ui/run-mark';
import { EmptyState, Loaded } from '@/ui/states';
import { StatusBadge } from '@/ui/status';
import { type Column, Table } from '@/ui/table';
import { Time } from '@/ui/time';
import { TWO_LINES, TwoLines } from '@/ui/two-lines';
import styles from './schedule.module.css';
import { TickStrip } from './strip';
import { type TickRow, tickRows } from './ticks';

const route = getRouteApi('/schedules/$schedule');

const FACETS: Facet[] = [
  {
    name: 'outcome',
    label: 'Outcome',
    options: [
      { value: 'launched', label: 'Launched' },
      { value: 'skipped', label: 'Skipped' },
      { value: 'failed', label: 'Failed' },
    ],
  },
];

const COLUMNS: Column<TickRow>[] = [
  { id: 'due', head: 'Due', width: 'minmax(8.5rem, 0.8fr)', cell: (row) => <Due row={row} /> },
  {
    id: 'outcome',
    head: 'Outcome',
    width: '6.5rem',
    narrow: 'hide',
    cell: ({ tick }) => <StatusBadge kind="tick" state={tick.outcome} shape="plain" />,
  },
  { id: 'what', head: 'What came of it', width: 'minmax(10rem, 2fr)', cell: (row) => <Outcome row={row} /> },
  {
    id: 'delay',
    head: 'Decided',
    width: '8rem',
    align: 'end',
    narrow: 'hide',
    cell: ({ tick }) => <span className="muted">{decided(tick)}</span>,
  },
];

/** How long after a tick was due somebody decided about it. */
function decided({ through_at, at }: TickRow['tick']): string {
  const ms = Date.parse(at) - Date.parse(through_at);
  return ms < 1_000 ? 'on time' : `${duration(ms)} late`;
}

function Due({ row: { tick } }: { row: TickRow }) {
  const now = useNow(60_000);
  const from = calendar(new Date(tick.due_at), now);
  const words = tick.count > 1 ? `${from} – ${calendar(new Date(tick.through_at), now)}` : from;
  return <TwoLines first={words} second={<Time at={tick.through_at} />} />;
}

function Outcome({ row: { tick, run } }: { row: TickRow }) {
  if (!tick.run) {
    const many = tick.count > 1 ? `${number(tick.count)} ticks. ` : '';
    return (
      <span className={styles.reason} title={tick.reason ?? ''}>
        <span className={styles.narrow}>{lookOf('tick', tick.outcome).label}: </span>
        {many}
        {tick.reason}
      </span>
    );
  }
  return (
    <span className={styles.run}>
      <RunLink run={tick.run} />
      {run && <StatusBadge kind="run" state={run.state} shape="plain" />}
      {run && <Took run={run} />}
      {run?.reason && <span className="truncate muted">{run.reason}</span>}
    </span>
  );
}

export function TickHistory({ schedule }: { schedule: string }) {
  const { outcome } = route.useSearch();
  const setSearch = useSetSearch();
  const query = useInfiniteQuery(ticksQuery(schedule));
  const runs = useParts(useInfiniteQuery(runsQuery({ schedule }, 100)));
  const { rows: ticks, more, foot } = useParts(query);
  const all = useMemo(() => tickRows(ticks, runs.rows), [ticks, runs.rows]);
  const shown = useMemo(
    () => (outcome ? all.filter(({ tick }) => outcome.includes(tick.outcome)) : all),
    [all, outcome],
  );
  return (
    <Panel
      title="History of ticks"
      height="fill"
      actions={<FilterBar values={{ outcome }} onChange={setSearch} facets={FACETS} />}
    >
      <Loaded query={query} what="The ticks could not be loaded">
        {() => {
          if (all.length === 0) {
            return (
              <EmptyState icon={History} title="No tick yet">
                What comes of each tick is listed here: the run that it launched, or why there is none. A schedule ticks
                while it is on.
              </EmptyState>
            );
          }
          if (shown.length === 0) {
            return (
              <EmptyState
                icon={SearchX}
                title={`None of the latest ${plural(all.length, 'tick')} ended so`}
                actions={query.hasNextPage && <Button onClick={more}>Look further back</Button>}
              >
                Choose other outcomes, or look at older ticks.
              </EmptyState>
            );
          }
          return (
            <>
              <TickStrip rows={all} />
              <Table
                label="Ticks"
                rows={shown}
                columns={COLUMNS}
                rowKey={({ tick }) => String(tick.seq)}
                rowHeight={TWO_LINES}
                onEnd={more}
                foot={foot}
              />
            </>
          );
        }}
      </Loaded>
    </Panel>
  );
}
