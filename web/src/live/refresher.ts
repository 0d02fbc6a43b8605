// Turns many events into few reloads. What became old is collected and reloaded together, each query at its own pace: at once
// after a quiet while, so that a short run is seen as it happens, and every quarter of a second while events keep coming. No
// query is asked more often than its own answers allow: a list that takes a second to load is not asked for four times a second.
import { hashKey, type Query, type QueryClient } from '@tanstack/react-query';
import type { Key } from '@/api/keys';

/** The time between two reloads of a query while events keep coming. */
export const GAP_MS = 250;

/** A query that was left alone may be reloaded so often without that gap: each gap that passes allows one more. */
export const MOST_AT_ONCE = 3;

/** The time between two looks at what became old, and so the least between two reloads of a query. */
export const LOOK_MS = 40;

type Clock = { now: () => number; later: (run: () => void, ms: number) => unknown };

const realClock: Clock = { now: () => performance.now(), later: (run, ms) => setTimeout(run, ms) };

/** How a query was reloaded last, and how many reloads it was allowed then. */
type Paced = { started: number; ended: number; allowed: number };

const allowedAt = ({ started, allowed }: Paced, now: number): number =>
  Math.min(MOST_AT_ONCE, allowed + (now - started) / GAP_MS);

/** When a query may be reloaded again. */
function readyAt({ started, ended, allowed }: Paced): number {
  const rested = ended + 2 * (ended - started);
  const refilled = started + Math.max(0, 1 - allowed) * GAP_MS;
  return Math.max(rested, refilled, started + LOOK_MS);
}

export class Refresher {
  private readonly old = new Map<string, Key>();
  private readonly paced = new Map<string, Paced>();
  private lookAt = Number.POSITIVE_INFINITY;
  private looked = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly client: QueryClient,
    private readonly clock: Clock = realClock,
  ) {}

  mark(stale: Key[]): void {
    for (const key of stale) this.old.set(hashKey(key), key);
    if (stale.length > 0) this.lookNoLaterThan(this.clock.now());
  }

  private lookNoLaterThan(wanted: number): void {
    const at = Math.max(wanted, this.looked + LOOK_MS);
    if (at >= this.lookAt) return;
    this.lookAt = at;
    // One that was asked for later before finds that this one came first.
    this.clock.later(() => at === this.lookAt && this.look(), Math.max(0, at - this.clock.now()));
  }

  private look(): void {
    this.looked = this.clock.now();
    this.lookAt = Number.POSITIVE_INFINITY;
    const marked = [...this.old.values()];
    this.old.clear();
    const queries = new Set(marked.flatMap((queryKey) => this.client.getQueryCache().findAll({ queryKey })));
    for (const query of queries) {
      const later = this.refresh(query);
      if (later === undefined) continue;
      this.old.set(query.queryHash, query.queryKey as Key);
      this.lookNoLaterThan(later);
    }
  }

  /** Reloads a query, or says when it can be. */
  private refresh(query: Query): number | undefined {
    const before = this.paced.get(query.queryHash);
    // An answer that is under way may be older than the event, so it does not count: again when it is there.
    if (query.state.fetchStatus !== 'idle') return this.looked + LOOK_MS;
    if (!query.isActive()) {
      query.invalidate();
      return undefined;
    }
    if (before && readyAt(before) > this.looked) return readyAt(before);
    query.invalidate();
    const allowed = (before ? allowedAt(before, this.looked) : MOST_AT_ONCE) - 1;
    const paced = { started: this.looked, ended: this.looked, allowed };
    this.paced.set(query.queryHash, paced);
    const done = () => {
      paced.ended = this.clock.now();
    };
    query.fetch().then(done, done);
    return undefined;
  }
}
