// Turns many events into few reloads. What became old is collected and reloaded together: soon after a quiet while, so that
// a short run is seen as it happens, and at most every quarter of a second while events keep coming. No query is asked more
// often than its own answers allow: a list that takes a second to load is not asked for four times a second.
import { hashKey, type Query, type QueryClient } from '@tanstack/react-query';
import type { Key } from '@/api/keys';

/** The time between two reloads while events keep coming. */
export const GAP_MS = 250;

/** The time between the first two reloads; it doubles up to the other one. */
export const FIRST_GAP_MS = 40;

/** After so long without a reload it was quiet. */
const QUIET_MS = 1_000;

type Clock = { now: () => number; later: (run: () => void, ms: number) => unknown };

const realClock: Clock = { now: () => performance.now(), later: (run, ms) => setTimeout(run, ms) };

export class Refresher {
  private readonly old = new Map<string, Key>();
  private readonly took = new Map<string, { ended: number; ms: number }>();
  private scheduled = false;
  private last = Number.NEGATIVE_INFINITY;
  private gap = FIRST_GAP_MS;

  constructor(
    private readonly client: QueryClient,
    private readonly clock: Clock = realClock,
  ) {}

  mark(stale: Key[]): void {
    for (const key of stale) this.old.set(hashKey(key), key);
    if (stale.length > 0) this.schedule();
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    const wait = Math.max(0, this.last + this.gap - this.clock.now());
    this.clock.later(() => this.flush(), wait);
  }

  private flush(): void {
    this.scheduled = false;
    const quiet = this.clock.now() - this.last >= QUIET_MS;
    this.gap = quiet ? FIRST_GAP_MS : Math.min(GAP_MS, this.gap * 2);
    this.last = this.clock.now();
    const marked = [...this.old.values()];
    this.old.clear();
    const queries = new Set(marked.flatMap((queryKey) => this.client.getQueryCache().findAll({ queryKey })));
    for (const query of queries) this.refresh(query);
    if (this.old.size > 0) this.schedule();
  }

  private refresh(query: Query): void {
    const loading = query.state.fetchStatus !== 'idle';
    if (loading || !this.rested(query)) {
      // An answer that is under way may be older than the event, so it does not count: again when it is there.
      this.old.set(query.queryHash, query.queryKey as Key);
      return;
    }
    query.invalidate();
    if (!query.isActive()) return;
    const started = this.clock.now();
    const done = () => this.took.set(query.queryHash, { ended: this.clock.now(), ms: this.clock.now() - started });
    query.fetch().then(done, done);
  }

  private rested(query: Query): boolean {
    const before = this.took.get(query.queryHash);
    return before === undefined || this.clock.now() - before.ended >= before.ms * 2;
  }
}
