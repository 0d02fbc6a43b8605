// One asset: what it is, whether it is good and why, where it comes from and where it goes, and what it was before.
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { assetQuery } from '@/api/queries';
import type { AssetDetail } from '@/api/types';
import { useLastError } from '@/lib/last-error';
import { useSetSearch } from '@/lib/use-search';
import type { ASSET_TABS } from '@/router';
import { ButtonLink } from '@/ui/button';
import { AssetLink } from '@/ui/links';
import { Page, Panel } from '@/ui/page';
import { Loaded, SkeletonRows } from '@/ui/states';
import { Tabs } from '@/ui/tabs';
import { isUnknown, Unknown } from '@/ui/unknown';
import { Checks } from './checks';
import { Definition } from './definition';
import { Actions, Heading, Standing } from './header';
import { AssetHistory } from './history';
import { Overview } from './overview';
import { Plots } from './plots';

const route = getRouteApi('/assets/$');
type Tab = (typeof ASSET_TABS)[number];

export default function AssetScreen() {
  const key = route.useParams()._splat ?? '';
  const query = useQuery(assetQuery(key));
  const asset = query.data;
  const error = useLastError(query);
  return (
    <Page
      title={key}
      heading={<Heading assetKey={key} />}
      above={
        <>
          <Link to="/assets">Assets</Link>
          {asset && (
            <>
              {' / '}
              <Link to="/assets" search={{ group: [asset.group] }}>
                {asset.group}
              </Link>
            </>
          )}
        </>
      }
      below={asset && <Standing asset={asset} />}
      actions={asset && <Actions asset={asset} />}
    >
      {isUnknown(error) ? (
        <Unknown
          error={error}
          linkTo={(near) => <AssetLink assetKey={near} />}
          actions={<ButtonLink to="/assets">All assets</ButtonLink>}
        >
          Its key may be mistyped, or it was never declared.
        </Unknown>
      ) : (
        <Loaded
          query={query}
          what={`${key} could not be loaded`}
          skeleton={
            <Panel>
              <SkeletonRows rows={10} />
            </Panel>
          }
        >
          {(loaded) => <AssetTabs key={loaded.key} asset={loaded} />}
        </Loaded>
      )}
    </Page>
  );
}

function AssetTabs({ asset }: { asset: AssetDetail }) {
  const { tab = 'overview' } = route.useSearch();
  const setSearch = useSetSearch('push');
  return (
    <Tabs<Tab>
      label="Parts of the asset"
      value={tab}
      onChange={(next) =>
        setSearch({ tab: next === 'overview' ? undefined : next, version: undefined, check: undefined })
      }
      tabs={[
        { value: 'overview', label: 'Overview' },
        { value: 'checks', label: 'Checks', count: asset.checks?.length ?? 0 },
        { value: 'history', label: 'History' },
        { value: 'plots', label: 'Plots' },
        { value: 'definition', label: 'Definition' },
      ]}
    >
      {tab === 'overview' && <Overview asset={asset} />}
      {tab === 'checks' && <Checks asset={asset} />}
      {tab === 'history' && <AssetHistory assetKey={asset.key} />}
      {tab === 'plots' && <Plots assetKey={asset.key} />}
      {tab === 'definition' && <Definition asset={asset} />}
    </Tabs>
  );
}
