// Everything that happened in the run, in order.
import { getRouteApi, Link } from '@tanstack/react-router';
import {
  CircleAlert,
  CircleCheck,
  CircleDot,
  Clock,
  List,
  type LucideIcon,
  SearchX,
  TriangleAlert,
  X,
} from 'lucide-react';
import { useMemo } from 'react';
import type { LogEvent, RunDetail, Step } from '@/api/types';
import type { Tone } from '@/design/states';
import { plural } from '@/lib/format';
import { useNarrow } from '@/lib/media';
import { absolute, duration } from '@/lib/time';
import { useSetSearch } from '@/lib/use-search';
import { Button, IconButton } from '@/ui/button';
import { FilterBar, type FilterValues } from '@/ui/filter-bar';
import { AssetLink } from '@/ui/links';
import { Panel } from '@/ui/page';
import { EmptyState, Loaded } from '@/ui/states';
import { type Column, Table } from '@/ui/table';
import { TwoLines } from '@/ui/two-lines';
import { eventDetail, eventLabel, eventTone, filterEvents, kindCounts } from './event-words';
import styles from './run.module.css';
import { MOST_EVENTS, useRunEvents } from './use-run-events';

const route = getRouteApi('/runs/$run');

const ICONS: Record<Tone, LucideIcon> = {
  good: CircleCheck,
  bad: CircleAlert,
  warn: TriangleAlert,
  late: Clock,
  busy: CircleDot,
  wait: Clock,
  none: CircleDot,
};

function Kind({ event }: { event: LogEvent }) {
  const tone = eventTone(event);
  const Icon = ICONS[tone];
  return (
    <span className={styles.kind} style={{ '--tone': `var(--${tone}-ink)` } as React.CSSProperties}>
      <Icon size={14} aria-hidden />
      {eventLabel(event.kind)}
    </span>
  );
}

function Subject({ event, steps }: { event: LogEvent; steps: readonly Step[] }) {
  if (event.asset) {
    return (
      <span className={styles.subject}>
        <AssetLink assetKey={event.asset} />
        {event.subject && <span className="truncate muted">{event.subject}</span>}
      </span>
    );
  }
  const step = event.step === null || event.step === undefined ? undefined : steps[event.step];
  if (!step) return <span className="truncate muted">{event.subject ?? 'the run'}</span>;
  return (
    <Link
      from="/runs/$run"
      to="."
      search={(before) => ({ ...before, step: step.no, attempt: undefined })}
      className="truncate"
    >
      {step.name}
    </Link>
  );
}

function columns(run: RunDetail, steps: readonly Step[]): { wide: Column<LogEvent>[]; narrow: Column<LogEvent>[] } {
  const start = Date.parse(run.created_at);
  const after = ({ at }: LogEvent) => (
    <time dateTime={at} title={absolute(new Date(at))} className="muted">
      {Date.parse(at) - start < 1 ? '0' : `+${duration(Date.parse(at) - start)}`}
    </time>
  );
  const what: Column<LogEvent> = {
    id: 'what',
    head: 'About',
    width: 'minmax(12rem, 1.6fr)',
    cell: (event) => <Subject event={event} steps={steps} />,
  };
  return {
    wide: [
      { id: 'seq', head: '#', width: '5rem', cell: ({ seq }) => <span className="muted">{seq}</span> },
      { id: 'at', head: 'After', width: '6.5rem', cell: after },
      { id: 'kind', head: 'What', width: '11rem', cell: (event) => <Kind event={event} /> },
      what,
      {
        id: 'detail',
        head: 'Details',
        width: 'minmax(10rem, 2fr)',
        cell: (event) => (
          <span className="truncate" title={eventDetail(event)}>
            {eventDetail(event)}
          </span>
        ),
      },
    ],
    narrow: [
      {
        id: 'kind',
        head: 'What',
        width: 'minmax(0, 1fr)',
        cell: (event) => (
          <TwoLines
            first={<Kind event={event} />}
            second={eventDetail(event) || <Subject event={event} steps={steps} />}
          />
        ),
      },
      { id: 'at', head: 'After', width: '5rem', align: 'end', cell: after },
    ],
  };
}

export function Events({ run, steps }: { run: RunDetail; steps: readonly Step[] }) {
  const { kind, q, step } = route.useSearch();
  const setSearch = useSetSearch();
  const isNarrow = useNarrow();
  const { query, events } = useRunEvents(run.id);
  const rows = useMemo(
    () => filterEvents(events, steps, { kinds: kind, text: q, step }),
    [events, steps, kind, q, step],
  );
  const { wide, narrow } = useMemo(() => columns(run, steps), [run, steps]);
  const options = kindCounts(events).map(([value, count]) => ({ value, label: eventLabel(value), count }));
  return (
    <Loaded query={query} what="The events could not be loaded">
      {() => (
        <div className={styles.stack}>
          <FilterBar
            values={{ kind, q } as FilterValues}
            onChange={setSearch}
            search={{ name: 'q', label: 'Find in events' }}
            facets={[{ name: 'kind', label: 'Kind', options }]}
            end={
              <span className="muted" role="status">
                {rows.length === events.length ? plural(events.length, 'event') : `${rows.length} of ${events.length}`}
              </span>
            }
          >
            {step !== undefined && (
              <span className={styles.chip}>
                <span className="truncate">{steps[step]?.name ?? `step ${step}`}</span>
                <IconButton
                  icon={X}
                  label="Events of all steps"
                  size="small"
                  onClick={() => setSearch({ step: undefined })}
                />
              </span>
            )}
          </FilterBar>
          <Panel>
            {rows.length === 0 ? (
              <EmptyState
                icon={events.length === 0 ? List : SearchX}
                title={events.length === 0 ? 'Nothing happened yet' : 'No event passes the filters'}
                actions={
                  events.length > 0 && (
                    <Button onClick={() => setSearch({ kind: undefined, q: undefined, step: undefined })}>
                      Clear the filters
                    </Button>
                  )
                }
              >
                {events.length === 0 ? 'Events appear here as they happen.' : 'Take one of them away to see more.'}
              </EmptyState>
            ) : (
              <div className={styles.tall}>
                <Table
                  label="Events"
                  rows={rows}
                  columns={isNarrow ? narrow : wide}
                  rowHeight={isNarrow ? 48 : undefined}
                  rowKey={({ seq }) => String(seq)}
                  foot={
                    events.length >= MOST_EVENTS ? 'Older events first; the rest is in the command line.' : undefined
                  }
                />
              </div>
            )}
          </Panel>
        </div>
      )}
    </Loaded>
  );
}
