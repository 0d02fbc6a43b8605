// All runs, the newest first, filtered by what stands in the address.
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { History, SearchX, X } from 'lucide-react';
import { useMemo, useState } from 'react';
import { runsQuery, schedulesQuery, statusQuery } from '@/api/queries';
import { LOOKS } from '@/design/states';
import { plural, shortId } from '@/lib/format';
import { useNarrow } from '@/lib/media';
import { useParts } from '@/lib/parts';
import { useSetSearch } from '@/lib/use-search';
import { Button, IconButton } from '@/ui/button';
import { CliHint, cli } from '@/ui/copy';
import { SelectInput } from '@/ui/field';
import { FilterBar, type FilterOption, type FilterValues } from '@/ui/filter-bar';
import { Page, Panel } from '@/ui/page';
import { ShellMenu } from '@/ui/shell-menu';
import { EmptyState, Loaded } from '@/ui/states';
import { StatusBadge } from '@/ui/status';
import { Table } from '@/ui/table';
import { TWO_LINES } from '@/ui/two-lines';
import { ChosenRuns } from './chosen-bar';
import { narrow, wide } from './columns';
import { chainMarks, filterOf, listCommand, SPANS } from './filters';
import styles from './runs.module.css';

const route = getRouteApi('/runs');
const NOTHING = { state: undefined, tag: undefined, schedule: undefined, root: undefined, since: undefined };

export default function RunsScreen() {
  const search = route.useSearch();
  return (
    <Page
      title="Runs"
      height="fill"
      below={<LiveCounts />}
      actions={<ShellMenu commands={[{ label: 'List the same runs', command: listCommand(search) }]} />}
    >
      <Filters />
      <List />
    </Page>
  );
}

/** How many runs wait and run now, each a way to them. */
function LiveCounts() {
  const { data } = useQuery(statusQuery());
  if (!data) return null;
  return (
    <div className={styles.live} role="status">
      {data.running_runs > 0 && (
        <Link to="/runs" search={{ state: ['running', 'canceling'] }}>
          <StatusBadge kind="run" state="running" shape="plain">
            {plural(data.running_runs, 'run')} in progress
          </StatusBadge>
        </Link>
      )}
      {data.queued_runs > 0 && (
        <Link to="/runs" search={{ state: ['queued'] }}>
          <StatusBadge kind="run" state="queued" shape="plain">
            {data.queued_runs} queued
          </StatusBadge>
        </Link>
      )}
      {data.running_runs + data.queued_runs === 0 && <span className="muted">Nothing runs or waits now</span>}
    </div>
  );
}

function Filters() {
  const search = route.useSearch();
  const setSearch = useSetSearch();
  const status = useQuery(statusQuery()).data;
  const schedules = useQuery(schedulesQuery()).data ?? [];
  const counts: Record<string, number | undefined> = { queued: status?.queued_runs };
  const states: FilterOption[] = Object.entries(LOOKS.run).map(([value, { label }]) => ({
    value,
    label,
    count: counts[value],
  }));
  const known = SPANS.some(({ value }) => value === search.since);
  return (
    <FilterBar
      values={search as FilterValues}
      // A run has one schedule, so the last one that is chosen counts.
      onChange={(changes) =>
        setSearch('schedule' in changes ? { ...changes, schedule: lastOf(changes.schedule) } : changes)
      }
      search={{ name: 'tag', label: 'Tag, as in team=data' }}
      facets={[
        { name: 'state', label: 'State', options: states },
        ...(schedules.length > 0
          ? [
              {
                name: 'schedule',
                label: 'Schedule',
                options: schedules.map(({ name }) => ({ value: name, label: name })),
              },
            ]
          : []),
      ]}
    >
      <SelectInput
        aria-label="Accepted when"
        className={styles.since}
        value={search.since ?? ''}
        onChange={(event) => setSearch({ since: event.target.value || undefined })}
      >
        <option value="">Any time</option>
        {SPANS.map(({ value, label }) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
        {search.since && !known && <option value={search.since}>Since {search.since}</option>}
      </SelectInput>
      {search.root && (
        <span className={styles.chip}>
          Chain of <span className="mono">{shortId(search.root)}</span>
          <IconButton
            icon={X}
            label="Show runs of all chains"
            size="small"
            onClick={() => setSearch({ root: undefined })}
          />
        </span>
      )}
    </FilterBar>
  );
}

const lastOf = (value: string | string[] | undefined): string | undefined =>
  Array.isArray(value) ? value.at(-1) : value;

function List() {
  const search = route.useSearch();
  const setSearch = useSetSearch();
  const navigate = useNavigate();
  const isNarrow = useNarrow();
  // The start of a span is fixed while it is shown: a question that changes by the second has no answer to keep.
  const since = search.since;
  // biome-ignore lint/correctness/useExhaustiveDependencies: chosen anew with each span.
  const now = useMemo(() => Date.now(), [since]);
  const query = useInfiniteQuery(runsQuery(filterOf(search, now)));
  const { rows, more, foot } = useParts(query);
  const [keys, setKeys] = useState<ReadonlySet<string>>(new Set());
  const columns = useMemo(() => (isNarrow ? narrow : wide)(chainMarks(rows)), [isNarrow, rows]);
  const chosen = useMemo(() => rows.filter(({ id }) => keys.has(id)), [rows, keys]);
  const filtered = Object.values(search).some((value) => value !== undefined);
  return (
    <Loaded query={query} what="The runs could not be loaded">
      {() => (
        <>
          {chosen.length > 0 && <ChosenRuns runs={chosen} onClear={() => setKeys(new Set())} />}
          <Panel height="fill">
            {rows.length > 0 ? (
              <Table
                label="Runs"
                rows={rows}
                columns={columns}
                rowHeight={isNarrow ? TWO_LINES : undefined}
                rowKey={({ id }) => id}
                selection={{ keys, onChange: setKeys }}
                onOpen={({ id }) => void navigate({ to: '/runs/$run', params: { run: id } })}
                onEnd={more}
                foot={foot}
              />
            ) : filtered ? (
              <EmptyState
                icon={SearchX}
                title="No run passes all filters"
                actions={<Button onClick={() => setSearch(NOTHING)}>Clear the filters</Button>}
              >
                Take one of them away to see more.
              </EmptyState>
            ) : (
              <EmptyState icon={History} title="No runs yet" actions={<CliHint command={cli('materialize', '*')} />}>
                Materialize an asset from its page or from a shell, or switch on a schedule, and its runs are listed
                here.
              </EmptyState>
            )}
          </Panel>
        </>
      )}
    </Loaded>
  );
}
