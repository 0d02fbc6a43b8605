// All assets, narrowed by selection, text and facets. Everything that is chosen stands in the address.
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { Boxes, SearchX } from 'lucide-react';
import { useDeferredValue, useMemo, useState } from 'react';
import { assetsQuery } from '@/api/queries';
import type { Asset } from '@/api/types';
import { number, plural } from '@/lib/format';
import { useLastError } from '@/lib/last-error';
import { useNarrow } from '@/lib/media';
import { useSetSearch } from '@/lib/use-search';
import { Button } from '@/ui/button';
import { CliHint, cli } from '@/ui/copy';
import { FaultySelection, isFaulty } from '@/ui/faulty-selection';
import { FilterBar } from '@/ui/filter-bar';
import { Page, Panel } from '@/ui/page';
import { SelectionInput } from '@/ui/selection-input';
import { ShellMenu } from '@/ui/shell-menu';
import { EmptyState, Loaded } from '@/ui/states';
import { type Sort, Table } from '@/ui/table';
import { TWO_LINES } from '@/ui/two-lines';
import styles from './assets.module.css';
import { ChosenAssets } from './chosen-bar';
import { NARROW, WIDE } from './columns';
import { asSelection, FACETS, facetMenus, filterAssets, SORTS, type SortName, sortAssets } from './facets';

const route = getRouteApi('/assets/');

export default function AssetsScreen() {
  const { select = '', q } = route.useSearch();
  const setSearch = useSetSearch();
  // Comparing ten thousand assets with the ones before takes longer than drawing the few that are in view.
  const query = useQuery({ ...assetsQuery(select), structuralSharing: false });
  const faulty = isFaulty(useLastError(query));
  return (
    <Page
      title="Assets"
      height="fill"
      actions={<ShellMenu commands={[{ label: 'List them', command: cli('ls', ...(select ? [select] : [])) }]} />}
    >
      <SelectionInput value={select} onChange={(next) => setSearch({ select: next || undefined })} />
      {faulty ? (
        <div className={styles.faulty}>
          <Panel>
            <FaultySelection />
          </Panel>
        </div>
      ) : (
        <Loaded query={query} what="The assets could not be loaded">
          {(assets) =>
            assets.length === 0 && !select ? <NoAssets /> : <List all={assets} select={select} text={q ?? ''} />
          }
        </Loaded>
      )}
    </Page>
  );
}

function NoAssets() {
  return (
    <Panel>
      <EmptyState icon={Boxes} title="No assets yet" actions={<CliHint command={cli('deploy')} />}>
        Assets are declared in code. Deploy a project, and what it declares is listed here.
      </EmptyState>
    </Panel>
  );
}

type ListProps = { all: Asset[]; select: string; text: string };

function List({ all, select, text }: ListProps) {
  const search = route.useSearch();
  const setSearch = useSetSearch();
  const navigate = useNavigate();
  const narrow = useNarrow();
  const [keys, setKeys] = useState<ReadonlySet<string>>(new Set());
  const sort = sortOf(search);
  const deferred = useDeferredValue(text);
  const { assets, counts } = useMemo(() => filterAssets(all, search, deferred), [all, search, deferred]);
  const rows = useMemo(() => sortAssets(assets, sort.by, sort.order), [assets, sort.by, sort.order]);
  const facets = useMemo(() => facetMenus(counts, search), [counts, search]);
  // What a filter hides is not chosen any more: nobody should start what they cannot see.
  const chosen = useMemo(() => new Set(rows.map(({ key }) => key).filter((key) => keys.has(key))), [rows, keys]);
  const clear = () => setSearch({ ...Object.fromEntries(FACETS.map((name) => [name, undefined])), q: undefined });
  return (
    <>
      <FilterBar
        values={search as Record<string, string | string[] | undefined>}
        onChange={setSearch}
        search={{ name: 'q', label: 'Find by name' }}
        facets={facets}
        end={
          <span className={styles.shown} role="status">
            {rows.length === all.length
              ? plural(all.length, 'asset')
              : `${number(rows.length)} of ${plural(all.length, 'asset')}`}
          </span>
        }
      />
      {chosen.size > 0 && (
        <ChosenAssets
          keys={chosen}
          shown={{ count: rows.length, selection: asSelection(select, search, text) }}
          onClear={() => setKeys(new Set())}
        />
      )}
      <Panel height="fill">
        {rows.length === 0 ? (
          <EmptyState
            icon={SearchX}
            title="No asset passes all filters"
            actions={<Button onClick={clear}>Clear the filters</Button>}
          >
            {select ? 'Widen the selection above, or clear the filters.' : 'Take one of them away to see more.'}
          </EmptyState>
        ) : (
          <Table
            label="Assets"
            rows={rows}
            columns={narrow ? NARROW : WIDE}
            rowHeight={narrow ? TWO_LINES : undefined}
            rowKey={({ key }) => key}
            sort={sort}
            onSort={({ by, order }) => setSearch({ sort: by, order })}
            selection={{ keys: chosen, onChange: setKeys }}
            onOpen={({ key }) => void navigate({ to: '/assets/$', params: { _splat: key } })}
          />
        )}
      </Panel>
    </>
  );
}

type AssetSort = Sort & { by: SortName };

const sortOf = ({ sort, order }: { sort?: string; order?: 'up' | 'down' }): AssetSort => ({
  by: SORTS.find((name) => name === sort) ?? 'key',
  order: order ?? 'up',
});
