import { getRouteApi } from '@tanstack/react-router';
import { ChevronDown, List, Play, Waypoints } from 'lucide-react';
import { useEffect, useMemo } from 'react';
import type { Graph } from '@/api/types';
import { useNarrow } from '@/lib/media';
import { useSetSearch } from '@/lib/use-search';
import { Button, IconButton } from '@/ui/button';
import { Menu, MenuCheck, MenuItem } from '@/ui/menu';
import { SelectionInput } from '@/ui/selection-input';
import { FindBox } from './find-box';
import styles from './lineage.module.css';
import { useCollapse } from './use-collapse';

const route = getRouteApi('/lineage');

export type ToolbarProps = {
  graph: Graph | undefined;
  chosen?: number;
  onFind?: (key: string) => void;
  onMaterialize?: () => void;
};

export function Toolbar({ graph, chosen = 0, onFind, onMaterialize }: ToolbarProps) {
  const { select, view = 'graph' } = route.useSearch();
  const setSearch = useSetSearch();
  const keys = useMemo(() => graph?.nodes.map(({ key }) => key) ?? [], [graph]);
  useEffect(() => {
    document.title = 'Lineage · Headwater';
  }, []);
  const narrow = useNarrow();
  const other = view === 'graph' ? 'list' : undefined;
  return (
    <div className={styles.bar}>
      <h1>Lineage</h1>
      <div className={styles.selection}>
        <SelectionInput
          value={select ?? ''}
          placeholder={narrow ? 'All assets' : 'All assets; try group:curated, kind:sql or +my/asset'}
          onChange={(next) => setSearch({ select: next || undefined, focus: undefined })}
        />
      </div>
      {onFind && <FindBox keys={keys} onFind={onFind} />}
      {graph?.groups && graph.groups.length > 0 && <GroupMenu graph={graph} />}
      <IconButton
        look="plain"
        icon={view === 'graph' ? List : Waypoints}
        label={view === 'graph' ? 'Show as a list' : 'Show as a graph'}
        onClick={() => setSearch({ view: other })}
      />
      {onMaterialize && (
        <Button look="primary" icon={Play} onClick={onMaterialize}>
          {chosen > 0 ? `Materialize ${chosen}` : 'Materialize'}
        </Button>
      )}
    </div>
  );
}

function GroupMenu({ graph }: { graph: Graph }) {
  const { closed, set, toggle } = useCollapse();
  const groups = graph.groups ?? [];
  const trigger = (
    <Button>
      Groups
      {closed.length > 0 && <span className="muted">{closed.length} folded</span>}
      <ChevronDown size={14} aria-hidden />
    </Button>
  );
  return (
    <Menu trigger={trigger}>
      <MenuItem onSelect={() => set(groups.map(({ name }) => name))}>Fold all</MenuItem>
      <MenuItem onSelect={() => set([])}>Unfold all</MenuItem>
      {groups.map(({ name, counts }) => (
        <MenuCheck key={name} checked={!closed.includes(name)} count={counts.total} onChange={() => toggle(name)}>
          {name}
        </MenuCheck>
      ))}
    </Menu>
  );
}
