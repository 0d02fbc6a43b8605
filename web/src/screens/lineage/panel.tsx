// What is in focus, beside the graph.
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { FoldVertical, Play, UnfoldVertical, User, X } from 'lucide-react';
import { assetQuery } from '@/api/queries';
import type { GraphNode } from '@/api/types';
import { number, plural } from '@/lib/format';
import { keyTerm } from '@/lib/selection';
import { useSetSearch } from '@/lib/use-search';
import { Button, IconButton } from '@/ui/button';
import { KeyValue } from '@/ui/key-value';
import { RunLink } from '@/ui/links';
import { selectionOf } from '@/ui/materialize-dialog';
import { StateBar } from '@/ui/state-bar';
import { StatusBadge, Tag, Tags } from '@/ui/status';
import { Time } from '@/ui/time';
import styles from './lineage.module.css';
import { alsoOf, type GraphModel, isGroup, stateOf, wordsOf } from './model';
import { useCollapse } from './use-collapse';

export type FocusPanelProps = {
  model: GraphModel;
  focus: string;
  onClose: () => void;
  onGo: (key: string) => void;
  onOpen: (key: string) => void;
  onMaterialize: (selection: string) => void;
};

export function FocusPanel(props: FocusPanelProps) {
  const { model, focus, onClose } = props;
  const node = model.nodes[model.numberOf(focus) ?? -1];
  if (!node) return null;
  const group = isGroup(node);
  return (
    <aside className={styles.panel} aria-label={group ? `Group ${node.group}` : node.key}>
      <div className={styles.panelHead}>
        <h2>
          {group ? (
            node.group
          ) : (
            <Link to="/assets/$" params={{ _splat: node.key }}>
              {node.key}
            </Link>
          )}
        </h2>
        <IconButton icon={X} label="Close (Esc)" size="small" onClick={onClose} />
      </div>
      {group ? <GroupFacts node={node} {...props} /> : <AssetFacts node={node} {...props} />}
    </aside>
  );
}

function GroupFacts({ node, onOpen, onMaterialize }: FocusPanelProps & { node: GraphNode }) {
  return (
    <>
      <p>{plural(node.counts?.total ?? 0, 'asset')}, shown as one</p>
      {node.counts && <StateBar counts={node.counts} />}
      <div className={styles.badges}>
        <Badges node={node} />
      </div>
      <div className={styles.actions}>
        <Button icon={UnfoldVertical} onClick={() => onOpen(node.key)}>
          Show its assets
        </Button>
        <Button icon={Play} onClick={() => onMaterialize(`group:"${node.group}"`)}>
          Materialize
        </Button>
      </div>
    </>
  );
}

function AssetFacts({ node, model, onMaterialize }: FocusPanelProps & { node: GraphNode }) {
  const setSearch = useSetSearch('push');
  const { close } = useCollapse();
  const { data: asset } = useQuery(assetQuery(node.key));
  const reach = model.reach(model.numberOf(node.key) ?? 0);
  const { up, down } = { up: reach.up.size - 1, down: reach.down.size - 1 };
  const narrow = (select: string) => setSearch({ select, collapse: undefined });
  const self = keyTerm(node.key);
  return (
    <>
      <div className={styles.badges}>
        <Badges node={node} />
      </div>
      <KeyValue
        items={[
          ['Materialized', node.at && <Time at={node.at} />],
          ['Failed', asset?.failed && <FailedIn at={asset.failed.at} run={asset.failed.run} />],
          ['Why stale', asset?.causes?.[0]?.message],
          ['Group', node.group],
          [
            'Owners',
            (node.owners?.length ?? 0) > 0 && (
              <Tags>
                {node.owners?.map((owner) => (
                  <Tag key={owner} value={owner} icon={User} />
                ))}
              </Tags>
            ),
          ],
          ['Upstream', number(up)],
          ['Downstream', number(down)],
        ]}
      />
      <div className={styles.actions}>
        <Button look="primary" icon={Play} onClick={() => onMaterialize(selectionOf([node.key]))}>
          Materialize
        </Button>
        <Button onClick={() => onMaterialize(`${self}+`)} blocked={down === 0 && 'Nothing is made from it'}>
          And downstream
        </Button>
        <Button look="quiet" size="small" onClick={() => narrow(`+${self}+`)}>
          Show only its lineage
        </Button>
        <Button look="quiet" size="small" icon={FoldVertical} onClick={() => close(node.group)}>
          Fold group {node.group}
        </Button>
      </div>
    </>
  );
}

/** How it is, and what else is true of it. */
const Badges = ({ node }: { node: GraphNode }) =>
  [stateOf(node), ...alsoOf(node)].map((state) => (
    <StatusBadge key={state} kind="asset" state={state}>
      {wordsOf(node, state)}
    </StatusBadge>
  ));

const FailedIn = ({ at, run }: { at: string; run: string }) => (
  <>
    <Time at={at} /> in <RunLink run={run} />
  </>
);
