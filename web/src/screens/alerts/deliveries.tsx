import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Inbox, SearchX } from 'lucide-react';
import { useMemo } from 'react';
import { deliveriesQuery } from '@/api/queries';
import type { Delivery } from '@/api/types';
import { useParts } from '@/lib/parts';
import { useReloadAt } from '@/lib/reload-at';
import { useSetSearch } from '@/lib/use-search';
import { FilterBar } from '@/ui/filter-bar';
import { Panel } from '@/ui/page';
import { Segments } from '@/ui/segments';
import { EmptyState, Loaded } from '@/ui/states';
import { StatusBadge } from '@/ui/status';
import { type Column, Table } from '@/ui/table';
import { Time } from '@/ui/time';
import { TWO_LINES, TwoLines } from '@/ui/two-lines';
import styles from './alerts.module.css';
import { isTest, topicWords } from './words';

const route = getRouteApi('/alerts');

export const DELIVERY_COLUMNS: Column<Delivery>[] = [
  {
    id: 'message',
    head: 'Message',
    width: 'minmax(9rem, 2fr)',
    cell: ({ topic, title, incident, policy }) => (
      <TwoLines
        first={
          <>
            <span className={styles.topic}>{topicWords(topic)}:</span>{' '}
            {incident && !isTest(topic) ? (
              <Link to="/alerts/incidents/$incident" params={{ incident }} title={title}>
                {title}
              </Link>
            ) : (
              title
            )}
          </>
        }
        second={policy ? `because of ${policy}` : 'a test of the channel'}
      />
    ),
  },
  { id: 'channel', head: 'Channel', width: 'minmax(5rem, 0.8fr)', cell: ({ channel }) => channel },
  {
    id: 'state',
    head: 'State',
    width: 'minmax(6.5rem, 0.8fr)',
    cell: ({ state, attempts }) => (
      <TwoLines
        first={<StatusBadge kind="delivery" state={state} shape="plain" />}
        second={attempts === 0 ? 'not tried yet' : attempts === 1 ? 'tried once' : `tried ${attempts} times`}
      />
    ),
  },
  {
    id: 'at',
    head: 'When',
    width: 'minmax(8rem, 0.8fr)',
    narrow: 'hide',
    cell: ({ at, next_at, closed_at }) => (
      <TwoLines
        first={<Time at={at} />}
        second={
          next_at ? (
            <>
              due <Time at={next_at} ahead />
            </>
          ) : (
            closed_at && (
              <>
                done <Time at={closed_at} />
              </>
            )
          )
        }
      />
    ),
  },
  {
    id: 'error',
    head: 'What went wrong',
    width: 'minmax(10rem, 1.6fr)',
    narrow: 'hide',
    cell: ({ error }) =>
      error && (
        <span className={styles.twoLines} title={error}>
          {error}
        </span>
      ),
  },
];

/** The same about one incident, whose title need not be repeated. */
export const MESSAGE_COLUMNS: Column<Delivery>[] = [
  {
    id: 'topic',
    head: 'Says',
    width: 'minmax(7rem, 1fr)',
    cell: ({ topic, policy }) => (
      <TwoLines
        first={<span className={styles.topic}>{topicWords(topic)}</span>}
        second={policy && `because of ${policy}`}
      />
    ),
  },
  ...DELIVERY_COLUMNS.slice(1),
];

/** When the next of the messages is tried, which is the next time at which anything here can change. */
export function nextTry(deliveries: readonly Delivery[]): string | undefined {
  const times = deliveries.flatMap(({ next_at }) => next_at ?? []);
  return times.sort()[0];
}

const STATES = [
  { value: 'all', label: 'All' },
  { value: 'waiting', label: 'Waiting' },
  { value: 'delivered', label: 'Delivered' },
  { value: 'dead', label: 'Given up' },
  { value: 'withdrawn', label: 'Withdrawn' },
] as const;

export function Deliveries() {
  const { delivery, q = '' } = route.useSearch();
  const setSearch = useSetSearch();
  const query = useInfiniteQuery(deliveriesQuery(delivery ? { state: delivery } : {}));
  const { rows, more, foot } = useParts(query);
  useReloadAt(nextTry(rows), query.refetch);
  const shown = useMemo(() => rows.filter((row) => matches(row, q)), [rows, q]);
  return (
    <>
      <FilterBar values={{ q }} onChange={setSearch} search={{ name: 'q', label: 'Find a message or channel' }}>
        <Segments
          label="Which messages"
          value={delivery ?? 'all'}
          options={[...STATES]}
          onChange={(next) => setSearch({ delivery: next === 'all' ? undefined : next })}
        />
      </FilterBar>
      <Panel height="fill">
        <Loaded query={query} what="The deliveries could not be loaded">
          {() => {
            if (rows.length === 0) {
              return (
                <EmptyState icon={Inbox} title={delivery ? 'No message is in that state' : 'No messages yet'}>
                  Each message to a channel is listed here, with how often it was tried and what the other side said.
                </EmptyState>
              );
            }
            if (shown.length === 0) {
              return (
                <EmptyState icon={SearchX} title="No message matches">
                  Search for a channel, a policy, or a word of the title.
                </EmptyState>
              );
            }
            return (
              <Table
                label="Deliveries"
                rows={shown}
                columns={DELIVERY_COLUMNS}
                rowKey={({ seq, channel }) => `${seq} ${channel}`}
                rowHeight={TWO_LINES}
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

function matches({ title, channel, policy = '', error }: Delivery, q: string): boolean {
  const text = [title, channel, policy, error ?? ''].join('\n').toLowerCase();
  return q
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
