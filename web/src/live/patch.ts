// What the events of runs say about data that is here, so that it shows before the server is asked again. Pure: the same data
// with the same events is the same, and data that says as much already is given back as it is.
import type { LogEvent, Overview, Run, RunState } from '@/api/types';

export type RunEvent = { seq: number; at: string; run: string; state: RunState };

const STATES: Record<string, RunState> = {
  run_queued: 'queued',
  run_started: 'running',
  run_canceling: 'canceling',
  run_succeeded: 'succeeded',
  run_failed: 'failed',
  run_canceled: 'canceled',
};

/** How far a run in this state is. It never goes back, and nothing follows on an end. */
const RANK: Record<RunState, number> = { queued: 0, running: 1, canceling: 2, succeeded: 3, failed: 3, canceled: 3 };
const isOver = (state: RunState): boolean => RANK[state] === 3;

/** What an event tells of a run; undefined for one that tells nothing of it, or of which this page does not know enough. */
export function runEventOf({ kind, seq, at, run }: LogEvent): RunEvent | undefined {
  const state = STATES[kind];
  return state && run ? { seq, at, run, state } : undefined;
}

type Patched = Pick<Run, 'id' | 'state' | 'started_at' | 'ended_at'>;

/** A run after the events; those that it is already past change nothing, in whichever order they come. */
export function patchRun<R extends Patched>(run: R, events: readonly RunEvent[]): R {
  let patched = run;
  for (const { run: id, state, at } of events) {
    if (id !== patched.id || RANK[state] <= RANK[patched.state]) continue;
    patched = { ...patched, state };
    if (state === 'running') patched.started_at ??= at;
    if (isOver(state)) patched.ended_at ??= at;
  }
  return patched;
}

/** A list in which some may have changed; the same one where none did. */
function patchAll<T>(items: readonly T[], patch: (item: T) => T): readonly T[] {
  const patched = items.map(patch);
  return patched.some((item, at) => item !== items[at]) ? patched : items;
}

type Pages = { pages: readonly { items: readonly Run[] }[] };

/** The parts of a list of runs. */
export function patchPages<P extends Pages>(data: P, events: readonly RunEvent[]): P {
  const pages = patchAll(data.pages, (page) => {
    const items = patchAll(page.items, (run) => patchRun(run, events));
    return items === page.items ? page : { ...page, items };
  });
  return pages === data.pages ? data : { ...data, pages };
}

/** A run with all that is known of it, and the others of its chain. */
export function patchDetail<D extends Patched & { chain?: readonly Patched[] }>(
  detail: D,
  events: readonly RunEvent[],
): D {
  const patched = patchRun(detail, events);
  const chain = detail.chain && patchAll(detail.chain, (run) => patchRun(run, events));
  return chain === detail.chain ? patched : { ...patched, chain };
}

/** In which state each run was before an event, as far as the events tell. */
function before(events: readonly RunEvent[], { run, seq }: RunEvent): RunState | undefined {
  return events.findLast((event) => event.run === run && event.seq < seq)?.state;
}

/**
 * The figures of the overview. They are counts, so each event may count once only: those that the answer was read after are
 * left out by their number, and the answer then is as new as the last event.
 */
export function patchOverview(overview: Overview, events: readonly RunEvent[]): Overview {
  const newer = events.filter(({ seq }) => seq > overview.seq);
  const last = newer.at(-1);
  if (!last) return overview;
  const runs = { ...overview.runs };
  const today = { ...overview.today };
  const leave = (state: RunState) => {
    if (isOver(state)) return;
    runs[state as keyof typeof runs] = Math.max(0, runs[state as keyof typeof runs] - 1);
  };
  for (const event of newer) {
    const { state, at } = event;
    if (state === 'queued') today.runs += Number(at >= today.since);
    else leave(before(events, event) ?? (state === 'running' ? 'queued' : 'running'));
    if (state === 'succeeded') today.succeeded += Number(at >= today.since);
    if (state === 'failed') today.failed += Number(at >= today.since);
    if (!isOver(state)) runs[state as keyof typeof runs] += 1;
  }
  return { ...overview, seq: last.seq, runs, today };
}
