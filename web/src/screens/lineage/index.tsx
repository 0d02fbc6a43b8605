import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { Waypoints } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { graphQuery } from '@/api/queries';
import type { Graph } from '@/api/types';
import { useLastError } from '@/lib/last-error';
import { useSetSearch } from '@/lib/use-search';
import { Button } from '@/ui/button';
import { FaultySelection, isFaulty } from '@/ui/faulty-selection';
import { MaterializeDialog, selectionOf } from '@/ui/materialize-dialog';
import { EmptyState, Loaded, SkeletonRows } from '@/ui/states';
import { toast } from '@/ui/toast';
import { type CanvasHandle, GraphCanvas } from './canvas';
import { ChosenBar, Legend, ZoomButtons } from './corners';
import styles from './lineage.module.css';
import { LineageList } from './list';
import { GraphModel, isGroup } from './model';
import { FocusPanel } from './panel';
import { Toolbar } from './toolbar';

const route = getRouteApi('/lineage');
const NOTHING: Graph = { nodes: [], edges: [], groups: [], seq: 0, snapshot: '', width: 0, height: 0 };

export default function LineageScreen() {
  const { select, collapse = [], focus, view = 'graph' } = route.useSearch();
  const query = useQuery({ ...graphQuery({ select, collapse }), placeholderData: keepPreviousData });
  const setSearch = useSetSearch();
  const navigate = useNavigate();
  const canvas = useRef<CanvasHandle>(null);
  // An error takes the place of what was seen before: that is not what was asked for now.
  const error = useLastError(query);
  const graph = error ? undefined : query.data;
  const model = useMemo(() => new GraphModel(graph ?? NOTHING), [graph]);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [launching, setLaunching] = useState<string>();
  useKnownFocus(focus, graph && !query.isPlaceholderData ? model : undefined);

  const setFocus = (key: string | undefined) => setSearch({ focus: key });
  const open = (key: string) => {
    const node = model.nodes[model.numberOf(key) ?? -1];
    if (node && isGroup(node))
      setSearch({ collapse: collapse.filter((name) => name !== node.group), focus: undefined });
    else void navigate({ to: '/assets/$', params: { _splat: key } });
  };
  const materialize = () => setLaunching(selectionFor(chosen, focus, select, model));
  const goTo = (key: string) => {
    setFocus(key);
    canvas.current?.show(key);
  };
  // The toolbar is there in every state, and the same one: what is typed into it outlives the loading.
  return (
    <div className={styles.page}>
      <Toolbar
        graph={graph}
        onFind={graph && goTo}
        onMaterialize={graph && materialize}
        chosen={graph ? chosen.size : 0}
      />
      {isFaulty(error) ? (
        <div className={styles.stage}>
          <div className={styles.over}>
            <FaultySelection />
          </div>
        </div>
      ) : (
        <Loaded query={query} what="The lineage could not be loaded" skeleton={<SkeletonRows rows={14} />}>
          {(loaded) =>
            view === 'list' ? (
              <div className={styles.list}>
                <LineageList model={model} chosen={chosen} onChoose={setChosen} />
              </div>
            ) : (
              <div className={styles.stage}>
                <GraphCanvas
                  ref={canvas}
                  model={model}
                  focus={focus}
                  chosen={chosen}
                  onFocus={setFocus}
                  onOpen={open}
                  onChoose={setChosen}
                  onMaterialize={materialize}
                />
                <ZoomButtons canvas={canvas} />
                <Legend />
                {focus !== undefined && model.numberOf(focus) !== undefined && (
                  <FocusPanel
                    model={model}
                    focus={focus}
                    onClose={() => setFocus(undefined)}
                    onGo={goTo}
                    onOpen={open}
                    onMaterialize={setLaunching}
                  />
                )}
                {loaded.nodes.length === 0 && (
                  <Nothing select={select} onClear={() => setSearch({ select: undefined })} />
                )}
              </div>
            )
          }
        </Loaded>
      )}
      {graph && chosen.size > 0 && (
        <ChosenBar count={chosen.size} onMaterialize={materialize} onClear={() => setChosen(new Set())} />
      )}
      {launching !== undefined && (
        <MaterializeDialog open onClose={() => setLaunching(undefined)} selection={launching} />
      )}
    </div>
  );
}

/** Takes a focus away that is not in the graph, and says so, unless it has been there and went with a change. */
function useKnownFocus(focus: string | undefined, model: GraphModel | undefined): void {
  const setSearch = useSetSearch();
  const known = useRef<string>(undefined);
  useEffect(() => {
    if (!model || focus === undefined) return;
    if (model.numberOf(focus) !== undefined) {
      known.current = focus;
      return;
    }
    if (known.current !== focus) toast({ title: `${focus} is not among what is shown` });
    setSearch({ focus: undefined });
  }, [focus, model, setSearch]);
}

/** What is launched: what is chosen, or what is in focus, or everything that is shown. */
function selectionFor(
  chosen: ReadonlySet<string>,
  focus: string | undefined,
  select: string | undefined,
  model: GraphModel,
): string {
  const keys = chosen.size > 0 ? [...chosen] : focus === undefined ? [] : [focus];
  if (keys.length === 0) return select ?? '*';
  const nodes = keys.flatMap((key) => model.nodes[model.numberOf(key) ?? -1] ?? []);
  const groups = nodes.filter(isGroup).map(({ group }) => `group:"${group}"`);
  const assets = nodes.filter((node) => !isGroup(node)).map(({ key }) => key);
  return [...groups, ...(assets.length > 0 ? [selectionOf(assets)] : [])].join(' or ');
}

function Nothing({ select, onClear }: { select: string | undefined; onClear: () => void }) {
  return (
    <div className={styles.over}>
      {select ? (
        <EmptyState
          icon={Waypoints}
          title="Nothing matches"
          actions={<Button onClick={onClear}>Show all assets</Button>}
        >
          No asset is in <code>{select}</code>. Names of groups, tags and owners are written as they are declared.
        </EmptyState>
      ) : (
        <EmptyState icon={Waypoints} title="No assets yet">
          Deploy a location, and its assets and what they are made from are drawn here.
        </EmptyState>
      )}
    </div>
  );
}
