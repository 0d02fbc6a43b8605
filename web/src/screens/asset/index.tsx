import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { assetQuery } from '@/api/queries';
import { KeyValue } from '@/ui/key-value';
import { Markdown } from '@/ui/markdown';
import { Page, Panel } from '@/ui/page';
import { Loaded } from '@/ui/states';
import { StatusBadge } from '@/ui/status';
import { Time } from '@/ui/time';

const route = getRouteApi('/assets/$');

export default function AssetScreen() {
  const key = route.useParams()._splat ?? '';
  const query = useQuery(assetQuery(key));
  return (
    <Page title={key} above={<Link to="/assets">Assets</Link>}>
      <Loaded query={query} what={`${key} could not be loaded`}>
        {(asset) => (
          <Panel title="Definition" inside="padded">
            <KeyValue
              items={[
                ['State', <StatusBadge key="state" kind="staleness" state={asset.staleness} />],
                ['Group', asset.group],
                ['Owners', asset.owners?.join(', ')],
                ['Materialized', <Time key="at" at={asset.latest?.at} />],
                ['Description', asset.description && <Markdown text={asset.description} />],
              ]}
            />
          </Panel>
        )}
      </Loaded>
    </Page>
  );
}
