// The graph as a table, for whoever reads better than looks.
import { useNavigate } from '@tanstack/react-router';
import type { GraphNode } from '@/api/types';
import { number } from '@/lib/format';
import { AssetLink } from '@/ui/links';
import { Panel } from '@/ui/page';
import { StatusBadge } from '@/ui/status';
import { type Column, Table } from '@/ui/table';
import { Time } from '@/ui/time';
import styles from './lineage.module.css';
import { alsoOf, type GraphModel, isGroup, stateOf, wordsOf } from './model';

type Row = { node: GraphNode; up: number; down: number };

const COLUMNS: Column<Row>[] = [
  {
    id: 'key',
    head: 'Asset',
    width: 'minmax(11rem, 3fr)',
    cell: ({ node }) => (isGroup(node) ? `Group ${node.group}` : <AssetLink assetKey={node.key} />),
  },
  {
    id: 'state',
    head: 'State',
    width: '11rem',
    cell: ({ node }) => (
      <StatusBadge kind="asset" state={stateOf(node)} shape="plain">
        {wordsOf(node, stateOf(node))}
      </StatusBadge>
    ),
  },
  {
    id: 'also',
    head: 'Also',
    width: 'minmax(14.5rem, 1.4fr)',
    narrow: 'hide',
    cell: ({ node }) => (
      <span className={styles.also}>
        {alsoOf(node).map((state) => (
          <StatusBadge key={state} kind="asset" state={state} shape="plain">
            {wordsOf(node, state)}
          </StatusBadge>
        ))}
      </span>
    ),
  },
  { id: 'group', head: 'Group', width: 'minmax(7rem, 1fr)', narrow: 'hide', cell: ({ node }) => node.group },
  { id: 'up', head: 'Upstream', width: '6rem', align: 'end', narrow: 'hide', cell: ({ up }) => number(up) },
  { id: 'down', head: 'Downstream', width: '6.5rem', align: 'end', narrow: 'hide', cell: ({ down }) => number(down) },
  { id: 'at', head: 'Materialized', width: '8rem', align: 'end', cell: ({ node }) => <Time at={node.at} /> },
];

export type LineageListProps = {
  model: GraphModel;
  chosen: ReadonlySet<string>;
  onChoose: (keys: ReadonlySet<string>) => void;
};

export function LineageList({ model, chosen, onChoose }: LineageListProps) {
  const navigate = useNavigate();
  const rows = model.nodes
    .map((node, each): Row => ({ node, up: model.up[each]?.length ?? 0, down: model.down[each]?.length ?? 0 }))
    .sort((a, b) => a.node.layer - b.node.layer || a.node.key.localeCompare(b.node.key));
  return (
    <Panel title="In the order in which they are made" height="fill">
      <Table
        label="Lineage"
        rows={rows}
        columns={COLUMNS}
        rowKey={({ node }) => node.key}
        selection={{ keys: chosen, onChange: onChoose }}
        onOpen={({ node }) => {
          if (!isGroup(node)) void navigate({ to: '/assets/$', params: { _splat: node.key } });
        }}
      />
    </Panel>
  );
}
