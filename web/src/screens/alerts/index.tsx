import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { BellRing } from 'lucide-react';
import { incidentsQuery } from '@/api/queries';
import { Page, Panel } from '@/ui/page';
import { EmptyState, Loaded } from '@/ui/states';
import { StatusBadge } from '@/ui/status';
import { Table } from '@/ui/table';
import { Time } from '@/ui/time';

export default function AlertsScreen() {
  const query = useInfiniteQuery(incidentsQuery('all'));
  return (
    <Page title="Alerts" height="fill">
      <Panel title="Incidents" height="fill">
        <Loaded query={query} what="The incidents could not be loaded">
          {({ pages }) => {
            const incidents = pages.flatMap(({ items }) => items);
            if (incidents.length === 0) {
              return (
                <EmptyState icon={BellRing} title="No incidents">
                  When a policy finds something wrong, it is listed here until it is right again.
                </EmptyState>
              );
            }
            return (
              <Table
                label="Incidents"
                rows={incidents}
                rowKey={({ id }) => id}
                columns={[
                  {
                    id: 'title',
                    head: 'Incident',
                    width: 'minmax(12rem, 1fr)',
                    cell: ({ id, title }) => (
                      <Link to="/alerts/incidents/$incident" params={{ incident: id }} className="truncate">
                        {title}
                      </Link>
                    ),
                  },
                  {
                    id: 'state',
                    head: 'State',
                    width: '9rem',
                    cell: ({ state }) => <StatusBadge kind="incident" state={state} shape="plain" />,
                  },
                  { id: 'at', head: 'Opened', width: '8rem', cell: ({ opened_at }) => <Time at={opened_at} /> },
                ]}
              />
            );
          }}
        </Loaded>
      </Panel>
    </Page>
  );
}
