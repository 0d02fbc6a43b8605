import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { RefreshCw, SearchX, Server } from 'lucide-react';
import { useMemo } from 'react';
import { workersQuery } from '@/api/queries';
import type { Worker } from '@/api/types';
import { cx } from '@/lib/class';
import { plural } from '@/lib/format';
import { useMedia } from '@/lib/media';
import { useSetSearch } from '@/lib/use-search';
import { Button } from '@/ui/button';
import { CliHint, cli } from '@/ui/copy';
import { Dialog } from '@/ui/dialog';
import { FilterBar } from '@/ui/filter-bar';
import { LoadedPanel } from '@/ui/loaded-panel';
import { Meter } from '@/ui/meter';
import { Page, Panel } from '@/ui/page';
import { ShellMenu } from '@/ui/shell-menu';
import { EmptyState } from '@/ui/states';
import { StatusBadge, Tag, Tags } from '@/ui/status';
import { type Column, Table } from '@/ui/table';
import { Time } from '@/ui/time';
import { TWO_LINES, TwoLines } from '@/ui/two-lines';
import { WorkerDetail, WorkerPanel } from './detail';
import { fleetSummary, isThere, shownWorkers, workerFacets } from './fleet';
import { Code, Heard, Version } from './marks';
import styles from './workers.module.css';

const route = getRouteApi('/workers');

/** Workers are processes of the user's own binary. */
const start = () => `cargo run -- worker --server ${location.origin}`;

const COMMANDS = [
  { label: 'List them', command: cli('workers') },
  { label: 'Start one, in your project', command: start() },
];

const columns = (open: (worker: string) => void): Column<Worker>[] => [
  {
    id: 'name',
    head: 'Worker',
    width: 'minmax(7.5rem, 1.2fr)',
    cell: ({ id, name, host, pid }) => (
      <TwoLines
        first={
          <button type="button" className={styles.open} onClick={() => open(id)}>
            {name}
          </button>
        }
        second={`${host}, process ${pid}`}
      />
    ),
  },
  {
    id: 'state',
    head: 'State',
    width: '7rem',
    cell: ({ state, changed_at }) => (
      <TwoLines first={<StatusBadge kind="worker" state={state} shape="plain" />} second={<Time at={changed_at} />} />
    ),
  },
  {
    id: 'slots',
    head: 'Slots in use',
    width: 'minmax(8.5rem, 1fr)',
    cell: (worker) => <Slots worker={worker} />,
  },
  {
    id: 'location',
    head: 'Location',
    width: 'minmax(9rem, 0.9fr)',
    narrow: 'hide',
    cell: (worker) => <TwoLines first={worker.location} second={isThere(worker) && <Code worker={worker} />} />,
  },
  {
    id: 'heard',
    head: 'Last heard',
    width: '7.5rem',
    narrow: 'hide',
    cell: (worker) => (isThere(worker) ? <Heard worker={worker} /> : <span className="muted">–</span>),
  },
  { id: 'version', head: 'Version', width: '6rem', narrow: 'hide', cell: (worker) => <Version worker={worker} /> },
  {
    id: 'tags',
    head: 'Tags',
    width: 'minmax(7rem, 1fr)',
    narrow: 'hide',
    cell: ({ tags = {} }) => (
      <Tags>
        {Object.entries(tags).map(([name, value]) => (
          <Tag key={name} name={name} value={value} />
        ))}
      </Tags>
    ),
  },
];

/** Columns that stand in the panel of the chosen worker. */
const DETAILS = new Set(['heard', 'version', 'tags']);

function Slots({ worker }: { worker: Worker }) {
  const { slots, running, steps = [] } = worker;
  if (!isThere(worker)) return <span className="muted">{plural(slots, 'slot')} then</span>;
  if (running === undefined || running === null) return <span className="muted">{plural(slots, 'slot')}</span>;
  const names = steps.map(({ name }) => name).join(', ');
  return (
    <TwoLines
      first={<Meter used={running} limit={slots} tone={running >= slots ? 'warn' : 'busy'} />}
      second={names && <span title={names}>{names}</span>}
    />
  );
}

export default function WorkersScreen() {
  const query = useQuery(workersQuery());
  const again = () => void query.refetch();
  return (
    <Page
      title="Workers"
      height="fill"
      below={query.data && <span className="muted">{fleetSummary(query.data)}</span>}
      actions={
        <>
          <ShellMenu commands={COMMANDS} />
          <Button icon={RefreshCw} onClick={again} blocked={query.isFetching && 'It is being read'}>
            Read again
          </Button>
        </>
      }
    >
      <LoadedPanel query={query} what="The workers could not be loaded">
        {(workers) => (workers.length === 0 ? <None /> : <Fleet workers={workers} />)}
      </LoadedPanel>
    </Page>
  );
}

function None() {
  return (
    <Panel>
      <EmptyState icon={Server} title="No workers" actions={<CliHint command={start()} />}>
        A worker is a process of your own binary that asks this server for steps and runs them. Without one, runs wait.
        Start one, and it is listed here.
      </EmptyState>
    </Panel>
  );
}

function Fleet({ workers }: { workers: Worker[] }) {
  const search = route.useSearch();
  const setSearch = useSetSearch();
  const beside = useMedia('(min-width: 1200px)');
  const shown = useMemo(() => shownWorkers(workers, search), [workers, search]);
  const facets = useMemo(() => workerFacets(workers), [workers]);
  const chosen = workers.find(({ id }) => id === search.worker);
  const open = (worker: string) => setSearch({ worker });
  const close = () => setSearch({ worker: undefined });
  return (
    <>
      <FilterBar
        values={search}
        onChange={setSearch}
        search={{ name: 'q', label: 'Find a worker, host or tag' }}
        facets={facets}
      />
      <div className={cx(styles.body, chosen && beside && styles.beside)}>
        <div className={styles.column}>
          <Panel height="fill">
            {shown.length === 0 ? (
              <EmptyState icon={SearchX} title="No worker matches">
                Take a filter away to see more of the {plural(workers.length, 'worker')}.
              </EmptyState>
            ) : (
              <Table
                label="Workers"
                rows={shown}
                columns={columns(open).filter(({ id }) => !(chosen && beside) || !DETAILS.has(id))}
                rowKey={({ id }) => id}
                rowHeight={TWO_LINES}
                onOpen={({ id }) => open(id)}
              />
            )}
          </Panel>
        </div>
        {chosen && beside && (
          <div className={styles.column}>
            <WorkerPanel worker={chosen} onClose={close} />
          </div>
        )}
      </div>
      {chosen && !beside && (
        <Dialog open onClose={close} title={chosen.name}>
          <WorkerDetail worker={chosen} />
        </Dialog>
      )}
    </>
  );
}
