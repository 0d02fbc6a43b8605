import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { CircleHelp, Diff, Rocket, SearchX, Undo2 } from 'lucide-react';
import { useMemo, useState } from 'react';
import { deploymentsQuery, deploysQuery } from '@/api/queries';
import type { Deploy } from '@/api/types';
import { plural } from '@/lib/format';
import { useNarrow } from '@/lib/media';
import { useParts } from '@/lib/parts';
import { useSetSearch } from '@/lib/use-search';
import { Button, IconButton } from '@/ui/button';
import { CliHint, CopyId, cli } from '@/ui/copy';
import { type Facet, FilterBar } from '@/ui/filter-bar';
import { LoadedPanel } from '@/ui/loaded-panel';
import { Page, Panel } from '@/ui/page';
import { ShellMenu } from '@/ui/shell-menu';
import { EmptyState } from '@/ui/states';
import { StatusBadge } from '@/ui/status';
import { type Column, Table } from '@/ui/table';
import { Time } from '@/ui/time';
import { TWO_LINES, TwoLines } from '@/ui/two-lines';
import { Compare } from './compare';
import styles from './deployments.module.css';
import { liveBefore } from './diff';
import { LiveAgain } from './live-again';
import { Locations } from './locations';
import { WhyRefused } from './why-refused';

const route = getRouteApi('/deployments');

/** Definitions are deployed by the user's own binary. */
const deploy = () => `cargo run -- deploy --server ${location.origin}`;

const COMMANDS = [
  { label: 'Deploys, refused ones included', command: cli('deploys') },
  { label: 'Deploy, in your project', command: deploy() },
  { label: 'Check definitions without a server', command: 'cargo run -- validate' },
];

const stateOf = ({ refused, live }: Deploy) => (refused ? 'refused' : live ? 'live' : 'past');

type Actions = Record<'compare' | 'back' | 'why', (deploy: Deploy) => void> & { all: readonly Deploy[] };

const columns = (actions: Actions, narrow: boolean): Column<Deploy>[] => [
  {
    id: 'state',
    head: 'State',
    width: '6rem',
    cell: (row) => <StatusBadge kind="deploy" state={stateOf(row)} shape="plain" />,
  },
  {
    id: 'location',
    head: 'Location',
    width: narrow ? 'minmax(6rem, 1fr)' : '11rem',
    cell: ({ location: name, snapshot }) => <TwoLines first={name} second={<CopyId id={snapshot} what="snapshot" />} />,
  },
  {
    id: 'when',
    head: 'When',
    width: narrow ? '5.75rem' : '11rem',
    cell: ({ at, by }) => <TwoLines first={<Time at={at} />} second={`by ${by}`} />,
  },
  {
    id: 'why',
    head: 'Refused because',
    width: 'minmax(12rem, 1fr)',
    narrow: 'hide',
    cell: ({ refused }) => refused && <Refused why={refused} />,
  },
  {
    id: 'actions',
    head: <span className="sr-only">Actions</span>,
    width: narrow ? '5.75rem' : '9rem',
    align: 'end',
    cell: (row) => <RowActions row={row} narrow={narrow} {...actions} />,
  },
];

const Refused = ({ why }: { why: string }) => (
  <span className={styles.refused} title={why}>
    {why}
  </span>
);

function RowActions({ row, narrow, compare, back, why, all }: Actions & { row: Deploy; narrow: boolean }) {
  if (row.refused) {
    return (
      <Button size="small" icon={CircleHelp} onClick={() => why(row)}>
        Why
      </Button>
    );
  }
  const first = !liveBefore(all, row) && 'It is the first of its location that is known here';
  return (
    <>
      {!row.live && (
        <IconButton icon={Undo2} size="small" label="Make this snapshot live again" onClick={() => back(row)} />
      )}
      {narrow ? (
        <IconButton icon={Diff} size="small" label="What changed" blocked={first} onClick={() => compare(row)} />
      ) : (
        <Button size="small" icon={Diff} blocked={first} onClick={() => compare(row)}>
          Changes
        </Button>
      )}
    </>
  );
}

export default function DeploymentsScreen() {
  const { now, was } = route.useSearch();
  const deployments = useQuery(deploymentsQuery());
  const query = useInfiniteQuery(deploysQuery());
  const parts = useParts(query);
  const locations = deployments.data?.flatMap((deployment) => deployment.locations);
  return (
    <Page
      title="Deployments"
      below={
        locations && (
          <span className="muted">
            {plural(locations.length, 'location')} with{' '}
            {plural(
              locations.reduce((sum, { assets }) => sum + assets, 0),
              'asset',
            )}
          </span>
        )
      }
      actions={<ShellMenu commands={COMMANDS} />}
    >
      <LoadedPanel query={deployments} what="The locations could not be loaded">
        {() => <Locations locations={locations ?? []} deploys={parts.rows} />}
      </LoadedPanel>
      {now && was && <Compare deploys={parts.rows} now={now} was={was} />}
      <LoadedPanel query={query} what="The deploys could not be loaded">
        {() => (parts.rows.length === 0 ? <None /> : <Deploys {...parts} />)}
      </LoadedPanel>
    </Page>
  );
}

function None() {
  return (
    <Panel title="Deploys">
      <EmptyState icon={Rocket} title="Nothing was deployed yet" actions={<CliHint command={deploy()} />}>
        A deploy makes the assets, schedules, checks and alerts that your binary declares live here. Definitions that
        are broken are refused with what is wrong, and what was live stays live.
      </EmptyState>
    </Panel>
  );
}

const STATES = [
  { value: 'live', label: 'Live' },
  { value: 'past', label: 'Past' },
  { value: 'refused', label: 'Refused' },
];

function Deploys({ rows, more, foot }: { rows: Deploy[]; more: () => void; foot: string | undefined }) {
  const { location: at, state } = route.useSearch();
  const setSearch = useSetSearch();
  const pushSearch = useSetSearch('push');
  const narrow = useNarrow();
  const [refused, setRefused] = useState<Deploy | null>(null);
  const [backTo, setBackTo] = useState<Deploy | null>(null);
  const shown = useMemo(
    () => rows.filter((row) => (!at || row.location === at) && (!state || state.includes(stateOf(row)))),
    [rows, at, state],
  );
  const places = [...new Set(rows.map((row) => row.location))].sort();
  const facets: Facet[] = [
    { name: 'state', label: 'State', options: STATES },
    { name: 'location', label: 'Location', options: places.map((value) => ({ value, label: value })) },
  ];
  const compare = (row: Deploy) => {
    const old = liveBefore(rows, row);
    if (!old) return;
    pushSearch({ now: row.snapshot, was: old.snapshot });
    document.getElementById('main')?.scrollTo({ top: 0 });
  };
  return (
    <div className={styles.history}>
      <Panel
        title="Deploys"
        height="fill"
        actions={<FilterBar values={{ location: at, state }} onChange={setSearch} facets={facets} />}
      >
        {shown.length === 0 ? (
          <EmptyState
            icon={SearchX}
            title="No deploy matches"
            actions={<Button onClick={more}>Look further back</Button>}
          >
            None of the latest {plural(rows.length, 'deploy')} is of that kind.
          </EmptyState>
        ) : (
          <Table
            label="Deploys"
            rows={shown}
            columns={columns({ compare, back: setBackTo, why: setRefused, all: rows }, narrow)}
            rowKey={({ seq }) => String(seq)}
            rowHeight={TWO_LINES}
            onEnd={more}
            foot={foot}
          />
        )}
      </Panel>
      {refused && <WhyRefused deploy={refused} onClose={() => setRefused(null)} />}
      {backTo && <LiveAgain deploy={backTo} onClose={() => setBackTo(null)} />}
    </div>
  );
}
