import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { ticksQuery } from '@/api/queries';
import type { Tick } from '@/api/types';
import { RunLink } from '@/ui/links';
import { Page, Panel } from '@/ui/page';
import { Loaded } from '@/ui/states';
import { StatusBadge } from '@/ui/status';
import { type Column, Table } from '@/ui/table';
import { Time } from '@/ui/time';

const route = getRouteApi('/schedules/$schedule');

const COLUMNS: Column<Tick>[] = [
  { id: 'due', head: 'Due', width: '10rem', cell: ({ due_at }) => <Time at={due_at} /> },
  {
    id: 'outcome',
    head: 'Outcome',
    width: '8rem',
    cell: ({ outcome }) => <StatusBadge kind="tick" state={outcome} shape="plain" />,
  },
  { id: 'run', head: 'Run', width: '8rem', cell: ({ run }) => run && <RunLink run={run} /> },
  {
    id: 'why',
    head: 'Reason',
    width: 'minmax(10rem, 1fr)',
    cell: ({ reason }) => <span className="truncate">{reason}</span>,
  },
];

export default function ScheduleScreen() {
  const { schedule } = route.useParams();
  const query = useInfiniteQuery(ticksQuery(schedule));
  return (
    <Page title={schedule} above={<Link to="/schedules">Schedules</Link>} height="fill">
      <Panel title="Ticks" height="fill">
        <Loaded query={query}>
          {({ pages }) => (
            <Table
              label="Ticks"
              rows={pages.flatMap(({ items }) => items)}
              columns={COLUMNS}
              rowKey={({ seq }) => String(seq)}
            />
          )}
        </Loaded>
      </Panel>
    </Page>
  );
}
