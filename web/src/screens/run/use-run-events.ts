import { useQuery } from '@tanstack/react-query';
import { useCallback, useMemo, useState } from 'react';
import { body, DEPLOYMENT, http } from '@/api/client';
import type { LogEvent } from '@/api/types';
import { useLiveEvents } from '@/live/live';
import { merged } from './event-words';

const PART = 500;
/** A page with more rows than this helps nobody; the command line reads all of them. */
export const MOST_EVENTS = 20_000;

async function readAll(run: string, signal: AbortSignal): Promise<LogEvent[]> {
  const events: LogEvent[] = [];
  for (let after = 0; events.length < MOST_EVENTS; ) {
    const params = { path: { deployment: DEPLOYMENT, run }, query: { after, limit: PART } };
    const page = await body(http.GET('/api/v1/deployments/{deployment}/runs/{run}/events', { params, signal }));
    events.push(...(page.items as LogEvent[]));
    const last = page.items.at(-1);
    if (!last || page.items.length < PART) break;
    after = last.seq;
  }
  return events;
}

/**
 * The events of a run. They are read once, and what happens from then on comes over the live connection: a long log is
 * not read again for each new entry. Its key stands outside of the keys that events make old.
 */
export function useRunEvents(run: string) {
  const query = useQuery({
    queryKey: ['run-events', run],
    queryFn: ({ signal }) => readAll(run, signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const [live, setLive] = useState<LogEvent[]>([]);
  const hear = useCallback(
    (event: LogEvent) => {
      if (event.run === run) setLive((before) => [...before, event]);
    },
    [run],
  );
  useLiveEvents(hear);
  const events = useMemo(() => merged(query.data ?? [], live), [query.data, live]);
  return { query, events };
}
