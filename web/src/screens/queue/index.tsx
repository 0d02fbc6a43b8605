import { useQuery } from '@tanstack/react-query';
import { ListOrdered } from 'lucide-react';
import { queueQuery } from '@/api/queries';
import { RunLink } from '@/ui/links';
import { Page, Panel } from '@/ui/page';
import { EmptyState, Loaded } from '@/ui/states';
import { Table } from '@/ui/table';

export default function QueueScreen() {
  const query = useQuery(queueQuery());
  return (
    <Page title="Queue">
      <Panel title="Runs that wait">
        <Loaded query={query}>
          {({ runs }) =>
            runs.length === 0 ? (
              <EmptyState icon={ListOrdered} title="No run waits">
                Every run that was asked for has started.
              </EmptyState>
            ) : (
              <Table
                label="Runs that wait"
                height="content"
                rows={runs}
                rowKey={({ run }) => run}
                columns={[
                  { id: 'run', head: 'Run', width: '8rem', cell: ({ run }) => <RunLink run={run} /> },
                  { id: 'why', head: 'Why it waits', width: 'minmax(12rem, 1fr)', cell: ({ why }) => why },
                ]}
              />
            )
          }
        </Loaded>
      </Panel>
    </Page>
  );
}
