import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { History } from 'lucide-react';
import { runsQuery } from '@/api/queries';
import type { Run } from '@/api/types';
import { RunLink, TriggerMark } from '@/ui/links';
import { Page, Panel } from '@/ui/page';
import { EmptyState, Loaded } from '@/ui/states';
import { StatusBadge } from '@/ui/status';
import { type Column, Table } from '@/ui/table';
import { Duration, Time } from '@/ui/time';

const route = getRouteApi('/runs');

const COLUMNS: Column<Run>[] = [
  { id: 'id', head: 'Run', width: '7rem', cell: ({ id }) => <RunLink run={id} /> },
  {
    id: 'state',
    head: 'State',
    width: '9rem',
    cell: ({ state }) => <StatusBadge kind="run" state={state} shape="plain" />,
  },
  {
    id: 'what',
    head: 'Selection',
    width: 'minmax(10rem, 2fr)',
    cell: (run) => <span className="mono truncate">{run.selection}</span>,
  },
  {
    id: 'trigger',
    head: 'Started by',
    width: 'minmax(9rem, 1fr)',
    narrow: 'hide',
    cell: ({ trigger }) => <TriggerMark trigger={trigger} />,
  },
  { id: 'at', head: 'Accepted', width: '7rem', narrow: 'hide', cell: ({ created_at }) => <Time at={created_at} /> },
  {
    id: 'duration',
    head: 'Duration',
    width: '7rem',
    align: 'end',
    cell: ({ started_at, ended_at }) => <Duration from={started_at} to={ended_at} />,
  },
];

export default function RunsScreen() {
  const navigate = useNavigate();
  const search = route.useSearch();
  const query = useInfiniteQuery(runsQuery(search));
  const loadMore = () => {
    if (query.hasNextPage && !query.isFetchingNextPage) void query.fetchNextPage();
  };
  return (
    <Page title="Runs" height="fill">
      <Panel height="fill">
        <Loaded query={query}>
          {({ pages }) => {
            const runs = pages.flatMap(({ items }) => items);
            if (runs.length === 0) {
              return (
                <EmptyState icon={History} title="No runs">
                  Materialize an asset, and its run is listed here.
                </EmptyState>
              );
            }
            return (
              <Table
                label="Runs"
                rows={runs}
                columns={COLUMNS}
                rowKey={({ id }) => id}
                onOpen={({ id }) => void navigate({ to: '/runs/$run', params: { run: id } })}
                onEnd={loadMore}
              />
            );
          }}
        </Loaded>
      </Panel>
    </Page>
  );
}
