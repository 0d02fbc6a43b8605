import { useInfiniteQuery } from '@tanstack/react-query';
import { deploysQuery } from '@/api/queries';
import { CopyId } from '@/ui/copy';
import { Page, Panel } from '@/ui/page';
import { Loaded } from '@/ui/states';
import { StatusBadge } from '@/ui/status';
import { Table } from '@/ui/table';
import { Time } from '@/ui/time';

export default function DeploymentsScreen() {
  const query = useInfiniteQuery(deploysQuery());
  return (
    <Page title="Deployments" height="fill">
      <Panel title="Deploys" height="fill">
        <Loaded query={query}>
          {({ pages }) => (
            <Table
              label="Deploys"
              rows={pages.flatMap(({ items }) => items)}
              rowKey={({ seq }) => String(seq)}
              columns={[
                { id: 'location', head: 'Location', width: '9rem', cell: ({ location }) => location },
                {
                  id: 'state',
                  head: 'State',
                  width: '8rem',
                  cell: ({ live, refused }) => (
                    <StatusBadge kind="deploy" state={refused ? 'refused' : live ? 'live' : 'past'} shape="plain" />
                  ),
                },
                {
                  id: 'snapshot',
                  head: 'Snapshot',
                  width: '9rem',
                  cell: ({ snapshot }) => <CopyId id={snapshot} what="snapshot" />,
                },
                { id: 'by', head: 'By', width: 'minmax(7rem, 1fr)', narrow: 'hide', cell: ({ by }) => by },
                { id: 'at', head: 'At', width: '8rem', cell: ({ at }) => <Time at={at} /> },
              ]}
            />
          )}
        </Loaded>
      </Panel>
    </Page>
  );
}
