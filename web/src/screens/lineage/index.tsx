import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { graphQuery } from '@/api/queries';
import { useSetSearch } from '@/lib/use-search';
import { AssetLink } from '@/ui/links';
import { Page, Panel } from '@/ui/page';
import { SelectionInput } from '@/ui/selection-input';
import { Loaded } from '@/ui/states';
import { StatusBadge } from '@/ui/status';
import { Table } from '@/ui/table';

const route = getRouteApi('/lineage');

export default function LineageScreen() {
  const { select, collapse } = route.useSearch();
  const setSearch = useSetSearch();
  const query = useQuery(graphQuery({ select, collapse }));
  return (
    <Page title="Lineage" height="fill">
      <SelectionInput value={select ?? ''} onChange={(next) => setSearch({ select: next || undefined })} />
      <Panel height="fill">
        <Loaded query={query}>
          {({ nodes }) => (
            <Table
              label="Assets"
              rows={nodes}
              rowKey={({ key }) => key}
              columns={[
                {
                  id: 'key',
                  head: 'Asset',
                  width: 'minmax(12rem, 1fr)',
                  cell: ({ key }) => <AssetLink assetKey={key} />,
                },
                {
                  id: 'state',
                  head: 'State',
                  width: '11rem',
                  cell: ({ state }) => <StatusBadge kind="asset" state={state} shape="plain" />,
                },
              ]}
            />
          )}
        </Loaded>
      </Panel>
    </Page>
  );
}
