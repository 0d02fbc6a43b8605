// Turns many events into few reloads. What became old is collected and reloaded together: at once where little happened
// lately, so that a short run is seen as it happens, and four times a second where events keep coming. No query is asked more
// often than its own answers allow: a list that takes a second to load is not asked for four times a second.
import { hashKey, type Query, type QueryClient } from '@tanstack/react-query';
import type { Key } from '@/api/keys';

/** The time between two reloads while events keep coming. */
export const GAP_MS = 250;

/** The time between two reloads of a burst. */
export const BURST_GAP_MS = 40;

/** How many reloads a burst has; each comes back after the time above. */
export const BURST = 8;

type Clock = { now: () => number; later: (run: () => void, ms: number) => unknown };

const realClock: Clock = { now: () => performance.now(), later: (run, ms) => setTimeout(run, ms) };

export class Refresher {
  private readonly old = new Map<string, Key>();
  private readonly took = new Map<string, { ended: number; ms: number }>();
  private scheduled = false;
  private last = Number.NEGATIVE_INFINITY;
  /** When a whole burst is left again. */
  private rich = Number.NEGATIVE_INFINITY;

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
    this.clock.later(() => this.flush(), this.wait());
  }

  private wait(): number {
    const next = Math.max(this.last + BURST_GAP_MS, this.rich - (BURST - 1) * GAP_MS);
    return Math.max(0, next - this.clock.now());
  }

  private flush(): void {
    this.scheduled = false;
    this.last = this.clock.now();
    this.rich = Math.max(this.last, this.rich) + GAP_MS;
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
