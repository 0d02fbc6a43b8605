import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Boxes } from 'lucide-react';
import { assetsQuery } from '@/api/queries';
import type { Asset } from '@/api/types';
import { AssetLink } from '@/ui/links';
import { Page, Panel } from '@/ui/page';
import { EmptyState, Loaded } from '@/ui/states';
import { StatusBadge } from '@/ui/status';
import { type Column, Table } from '@/ui/table';
import { Time } from '@/ui/time';

const COLUMNS: Column<Asset>[] = [
  { id: 'key', head: 'Asset', width: 'minmax(14rem, 3fr)', cell: ({ key }) => <AssetLink assetKey={key} /> },
  {
    id: 'state',
    head: 'State',
    width: '11rem',
    cell: ({ staleness }) => <StatusBadge kind="staleness" state={staleness} shape="plain" />,
  },
  { id: 'group', head: 'Group', width: '9rem', narrow: 'hide', cell: ({ group }) => group },
  { id: 'at', head: 'Materialized', width: '9rem', cell: ({ latest }) => <Time at={latest?.at} /> },
];

export default function AssetsScreen() {
  const navigate = useNavigate();
  const query = useQuery(assetsQuery());
  return (
    <Page title="Assets" height="fill">
      <Panel height="fill">
        <Loaded query={query}>
          {(assets) =>
            assets.length === 0 ? (
              <EmptyState icon={Boxes} title="No assets yet">
                Deploy a location, and its assets are listed here.
              </EmptyState>
            ) : (
              <Table
                label="Assets"
                rows={assets}
                columns={COLUMNS}
                rowKey={({ key }) => key}
                onOpen={({ key }) => void navigate({ to: '/assets/$', params: { _splat: key } })}
              />
            )
          }
        </Loaded>
      </Panel>
    </Page>
  );
}
