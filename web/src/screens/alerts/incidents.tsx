import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { BellOff, CircleCheck, SearchX } from 'lucide-react';
import { useMemo } from 'react';
import { MOST_INCIDENTS } from '@/api/limits';
import { incidentsQuery, overviewQuery } from '@/api/queries';
import type { Incident } from '@/api/types';
import { lookOf } from '@/design/states';
import { useNow } from '@/lib/clock';
import { capped, number, plural } from '@/lib/format';
import { useParts } from '@/lib/parts';
import { absolute, duration } from '@/lib/time';
import { useSetSearch } from '@/lib/use-search';
import { Button } from '@/ui/button';
import { type Facet, FilterBar } from '@/ui/filter-bar';
import { Panel } from '@/ui/page';
import { Segments } from '@/ui/segments';
import { EmptyState, Loaded } from '@/ui/states';
import { StatusBadge, StatusIcon } from '@/ui/status';
import { type Column, Table } from '@/ui/table';
import { Time } from '@/ui/time';
import { ToneMark } from '@/ui/tone-mark';
import { TWO_LINES, TwoLines } from '@/ui/two-lines';
import { Acknowledge } from './actions';
import styles from './alerts.module.css';
import { ALERT_KINDS, headline, isMuted, kindWords, shownIncidents } from './words';

const route = getRouteApi('/alerts');

const COLUMNS: Column<Incident>[] = [
  {
    id: 'title',
    head: 'Incident',
    width: 'minmax(11rem, 2.6fr)',
    cell: ({ id, title, cause, severity, kind, owners }) => (
      <span className={styles.incident}>
        <StatusIcon kind="severity" state={severity} size={16} />
        <TwoLines
          first={
            <Link to="/alerts/incidents/$incident" params={{ incident: id }} className={styles.title} title={title}>
              {headline({ title, cause })}
            </Link>
          }
          second={[kindWords(kind), ...owners].join(' · ')}
        />
      </span>
    ),
  },
  {
    id: 'state',
    head: 'State',
    width: 'minmax(8.25rem, 0.9fr)',
    cell: (incident) => (
      <TwoLines
        first={<StatusBadge kind="incident" state={incident.state} shape="plain" />}
        second={<Since incident={incident} />}
      />
    ),
  },
  {
    id: 'held',
    head: 'Held up',
    width: 'minmax(6rem, 0.6fr)',
    narrow: 'hide',
    cell: ({ state, affected, affected_count }) =>
      state === 'resolved' ? (
        <span className="muted">{affected_count > 0 ? `${plural(affected_count, 'asset')} then` : 'Nothing'}</span>
      ) : affected_count > 0 ? (
        <span title={affected.slice(0, 12).join('\n')}>{plural(affected_count, 'asset')}</span>
      ) : (
        <span className="muted">Nothing</span>
      ),
  },
  {
    id: 'count',
    head: 'Times',
    width: '4.5rem',
    align: 'end',
    narrow: 'hide',
    cell: ({ count }) => number(count),
  },
  {
    id: 'last',
    head: 'Last',
    width: 'minmax(8rem, 0.7fr)',
    narrow: 'hide',
    cell: ({ last_at, opened_at }) => (
      <TwoLines
        first={<Time at={last_at} />}
        second={
          <>
            since <Time at={opened_at} />
          </>
        }
      />
    ),
  },
  {
    id: 'act',
    head: <span className="sr-only">Actions</span>,
    width: '9.5rem',
    align: 'end',
    narrow: 'hide',
    cell: (incident) => incident.state === 'open' && <Acknowledge incident={incident} size="small" />,
  },
];

/** What stands below the state: who took it, when it was over, that it is silent. */
function Since({ incident }: { incident: Incident }) {
  const { state, acknowledged_by, resolved_at, opened_at, muted_until } = incident;
  const now = useNow(60_000);
  if (muted_until && isMuted(incident, now)) {
    return (
      <ToneMark tone="wait" icon={BellOff} title={`Nobody is told until ${absolute(new Date(muted_until))}`}>
        Muted for {duration(Date.parse(muted_until) - now)}
      </ToneMark>
    );
  }
  if (state === 'acknowledged') return <>by {acknowledged_by}</>;
  return <Time at={state === 'resolved' ? resolved_at : opened_at} />;
}

const FACETS: Facet[] = [
  {
    name: 'severity',
    label: 'Severity',
    options: ['critical', 'warning', 'info'].map((value) => ({ value, label: lookOf('severity', value).label })),
  },
  { name: 'kind', label: 'Kind', options: ALERT_KINDS.map((value) => ({ value, label: kindWords(value) })) },
];

export function Incidents() {
  const search = route.useSearch();
  const { state = 'open' } = search;
  const setSearch = useSetSearch();
  const navigate = useNavigate();
  const open = useQuery(overviewQuery()).data?.open_incidents;
  const query = useInfiniteQuery(incidentsQuery(state));
  const { rows, more, foot } = useParts(query);
  const shown = useMemo(() => shownIncidents(rows, search), [rows, search]);
  return (
    <>
      <FilterBar
        values={{ q: search.q, severity: search.severity, kind: search.kind }}
        onChange={setSearch}
        search={{ name: 'q', label: 'Find an asset, owner or error' }}
        facets={FACETS}
      >
        <Segments
          label="Which incidents"
          value={state}
          options={[
            { value: 'open', label: 'Open', count: open === undefined ? undefined : capped(open, MOST_INCIDENTS) },
            { value: 'resolved', label: 'Resolved' },
            { value: 'all', label: 'All' },
          ]}
          onChange={(next) => setSearch({ state: next === 'open' ? undefined : next })}
        />
      </FilterBar>
      <Panel height="fill">
        <Loaded query={query} what="The incidents could not be loaded">
          {() => {
            if (rows.length === 0) return <None state={state} />;
            if (shown.length === 0) {
              return (
                <EmptyState
                  icon={SearchX}
                  title="No incident matches"
                  actions={query.hasNextPage && <Button onClick={more}>Look further back</Button>}
                >
                  Take a filter away to see more of the latest {plural(rows.length, 'incident')}.
                </EmptyState>
              );
            }
            return (
              <Table
                label="Incidents"
                rows={shown}
                columns={COLUMNS}
                rowKey={({ id }) => id}
                rowHeight={TWO_LINES}
                onOpen={({ id }) => void navigate({ to: '/alerts/incidents/$incident', params: { incident: id } })}
                onEnd={more}
                foot={foot}
              />
            );
          }}
        </Loaded>
      </Panel>
    </>
  );
}

function None({ state }: { state: 'open' | 'resolved' | 'all' }) {
  const words = {
    open: 'Nothing that a policy watches is wrong now.',
    resolved: 'An incident is listed here when its cause is gone.',
    all: 'When something goes wrong that a policy watches, it is one incident here, with all that it holds up, until its cause is gone.',
  };
  const title = { open: 'No incident is open', resolved: 'None was resolved yet', all: 'No incidents yet' }[state];
  return (
    <EmptyState icon={CircleCheck} title={title}>
      {words[state]}
    </EmptyState>
  );
}
