import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { incidentQuery } from '@/api/queries';
import { KeyValue } from '@/ui/key-value';
import { Page, Panel } from '@/ui/page';
import { Loaded } from '@/ui/states';
import { StatusBadge } from '@/ui/status';
import { Time } from '@/ui/time';

const route = getRouteApi('/alerts/incidents/$incident');

export default function IncidentScreen() {
  const query = useQuery(incidentQuery(route.useParams().incident));
  return (
    <Page title={query.data?.title ?? 'Incident'} above={<Link to="/alerts">Alerts</Link>}>
      <Loaded query={query} what="The incident could not be loaded">
        {(incident) => (
          <Panel title="What happened" inside="padded">
            <KeyValue
              items={[
                ['State', <StatusBadge key="state" kind="incident" state={incident.state} />],
                ['Opened', <Time key="at" at={incident.opened_at} />],
                ['Error', incident.error],
              ]}
            />
          </Panel>
        )}
      </Loaded>
    </Page>
  );
}
