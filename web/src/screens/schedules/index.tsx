import { useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { CalendarClock, Power, PowerOff, SearchX } from 'lucide-react';
import { useMemo, useState } from 'react';
import { switchCommand } from '@/api/commands';
import { schedulesQuery } from '@/api/queries';
import type { Schedule } from '@/api/types';
import { plural } from '@/lib/format';
import { useNarrow } from '@/lib/media';
import { useSetSearch } from '@/lib/use-search';
import { Button } from '@/ui/button';
import { CodeSample } from '@/ui/code-sample';
import { cli } from '@/ui/copy';
import { type Facet, FilterBar } from '@/ui/filter-bar';
import { ScheduleLink } from '@/ui/links';
import { LoadedPanel } from '@/ui/loaded-panel';
import { Page, Panel } from '@/ui/page';
import { ShellMenu } from '@/ui/shell-menu';
import { EmptyState } from '@/ui/states';
import { type Column, Table } from '@/ui/table';
import { toast, toastError } from '@/ui/toast';
import { TWO_LINES, TwoLines } from '@/ui/two-lines';
import { RunNow, ScheduleSwitch } from './controls';
import { facetCounts, type ScheduleFilter, shownSchedules } from './filter';
import { LastTick } from './last-tick';
import { NextTick } from './next-tick';
import styles from './schedules.module.css';
import { firstLine } from './words';

const COMMANDS = [
  { label: 'List them', command: cli('schedule', 'ls') },
  { label: 'Switch some on', command: cli('schedule', 'on', 'NAME') },
  { label: 'Switch some off', command: cli('schedule', 'off', 'NAME') },
];

const route = getRouteApi('/schedules');

const COLUMNS: Column<Schedule>[] = [
  { id: 'switch', head: 'Switch', width: '5.5rem', cell: (row) => <ScheduleSwitch schedule={row} /> },
  {
    id: 'name',
    head: 'Schedule',
    width: 'minmax(8rem, 1.3fr)',
    cell: ({ name, description, when }) => (
      <TwoLines first={<ScheduleLink schedule={name} />} second={firstLine(description) || when} />
    ),
  },
  {
    id: 'when',
    head: 'When',
    width: 'minmax(12rem, 1.2fr)',
    narrow: 'hide',
    cell: ({ when, crons }) => (
      <TwoLines first={<span title={when}>{when}</span>} second={<span className="mono">{crons.join('; ')}</span>} />
    ),
  },
  {
    id: 'what',
    head: 'Runs',
    width: 'minmax(8rem, 1fr)',
    narrow: 'hide',
    cell: ({ selection }) => (
      <span className="mono truncate" title={selection}>
        {selection}
      </span>
    ),
  },
  {
    id: 'next',
    head: 'Next',
    width: 'minmax(7.25rem, 0.8fr)',
    cell: ({ next, zone, switch: is }) => <NextTick at={next[0]} zone={zone} on={is === 'on'} />,
  },
  {
    id: 'last',
    head: 'Last tick',
    width: 'minmax(12rem, 1fr)',
    narrow: 'hide',
    cell: ({ last }) => <LastTick tick={last} />,
  },
  {
    id: 'run',
    head: <span className="sr-only">Run now</span>,
    width: '3.25rem',
    narrow: 'hide',
    cell: (row) => <RunNow schedule={row} form="icon" />,
  },
];

export default function SchedulesScreen() {
  const query = useQuery(schedulesQuery());
  const on = query.data?.filter((schedule) => schedule.switch === 'on').length;
  return (
    <Page
      title="Schedules"
      height="fill"
      below={query.data && <span className="muted">{`${plural(query.data.length, 'schedule')}, ${on} on`}</span>}
      actions={<ShellMenu commands={COMMANDS} />}
    >
      <LoadedPanel query={query} what="The schedules could not be loaded">
        {(schedules) => (schedules.length === 0 ? <None /> : <List schedules={schedules} />)}
      </LoadedPanel>
    </Page>
  );
}

const SAMPLE = `Schedule::new("nightly", "10 6 * * *", "group:raw+")
    .zone("Europe/London")
    .description("After the tills have left their export.")`;

function None() {
  return (
    <Panel>
      <EmptyState
        icon={CalendarClock}
        title="No schedules"
        actions={<CodeSample label="Declaring a schedule" code={SAMPLE} />}
      >
        A schedule starts runs by itself at times that a cron expression names. Declare one beside your assets and
        deploy; until then, runs start when somebody asks for them.
      </EmptyState>
    </Panel>
  );
}

function List({ schedules }: { schedules: Schedule[] }) {
  const search: ScheduleFilter = route.useSearch();
  const setSearch = useSetSearch();
  const navigate = useNavigate();
  const narrow = useNarrow();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const shown = useMemo(() => shownSchedules(schedules, search), [schedules, search]);
  const facets = useMemo<Facet[]>(() => facetCounts(schedules), [schedules]);
  const names = shown.map(({ name }) => name).filter((name) => chosen.has(name));
  return (
    <>
      <FilterBar
        values={search}
        onChange={setSearch}
        search={{ name: 'q', label: 'Find a schedule' }}
        facets={facets}
        end={names.length > 0 && <Bulk names={names} onDone={() => setChosen(new Set())} />}
      />
      <Panel height="fill">
        {shown.length === 0 ? (
          <EmptyState icon={SearchX} title="No schedule matches">
            Take a filter away to see more of the {plural(schedules.length, 'schedule')}.
          </EmptyState>
        ) : (
          <Table
            label="Schedules"
            rows={shown}
            columns={COLUMNS}
            rowKey={({ name }) => name}
            rowHeight={TWO_LINES}
            selection={narrow ? undefined : { keys: chosen, onChange: setChosen }}
            onOpen={({ name }) => void navigate({ to: '/schedules/$schedule', params: { schedule: name } })}
          />
        )}
      </Panel>
    </>
  );
}

/** Switches several at once; each is a command of its own, and what was refused is said by name. */
function Bulk({ names, onDone }: { names: string[]; onDone: () => void }) {
  const command = useMutation(switchCommand());
  const all = async (to: 'on' | 'off') => {
    const results = await Promise.allSettled(names.map((schedule) => command.mutateAsync({ schedule, to })));
    const refused = results.flatMap((result, at) => (result.status === 'rejected' ? [names[at]] : []));
    const first = results.find((result) => result.status === 'rejected');
    if (first) toastError(`Not switched ${to}: ${refused.join(', ')}`, first.reason);
    else toast({ tone: 'good', title: `${plural(names.length, 'schedule')} switched ${to}` });
    onDone();
  };
  const blocked = command.isPending && 'It is under way';
  return (
    <>
      <span className={styles.chosen}>{plural(names.length, 'chosen', 'chosen')}</span>
      <Button icon={Power} blocked={blocked} onClick={() => void all('on')}>
        Switch on
      </Button>
      <Button icon={PowerOff} blocked={blocked} onClick={() => void all('off')}>
        Switch off
      </Button>
    </>
  );
}
