import { useQuery } from '@tanstack/react-query';
import { Server } from 'lucide-react';
import { workersQuery } from '@/api/queries';
import { Page, Panel } from '@/ui/page';
import { EmptyState, Loaded } from '@/ui/states';
import { StatusBadge } from '@/ui/status';
import { Table } from '@/ui/table';
import { Time } from '@/ui/time';

export default function WorkersScreen() {
  const query = useQuery(workersQuery());
  return (
    <Page title="Workers" height="fill">
      <Panel height="fill">
        <Loaded query={query}>
          {(workers) =>
            workers.length === 0 ? (
              <EmptyState icon={Server} title="No workers">
                Start one, and it is listed here; without one nothing runs.
              </EmptyState>
            ) : (
              <Table
                label="Workers"
                rows={workers}
                rowKey={({ id }) => id}
                columns={[
                  { id: 'name', head: 'Worker', width: 'minmax(10rem, 1fr)', cell: ({ name }) => name },
                  {
                    id: 'state',
                    head: 'State',
                    width: '8rem',
                    cell: ({ state }) => <StatusBadge kind="worker" state={state} shape="plain" />,
                  },
                  { id: 'slots', head: 'Slots', width: '5rem', align: 'end', cell: ({ slots }) => slots },
                  { id: 'at', head: 'Joined', width: '8rem', cell: ({ joined_at }) => <Time at={joined_at} /> },
                ]}
              />
            )
          }
        </Loaded>
      </Panel>
    </Page>
  );
}
