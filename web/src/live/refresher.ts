// Turns many events into few reloads. Each query has a pace of its own: at once where it was asked seldom lately, so that a
// short run is seen as it happens, and four times a second where events keep coming. None is asked more often than its own
// answers allow: a list that takes a second to load is not asked for four times a second.
import { hashKey, type Query, type QueryClient } from '@tanstack/react-query';
import type { Key } from '@/api/keys';

/** The time between two reloads of a query while events keep coming. */
export const GAP_MS = 250;

/** The time between two reloads of a burst. */
export const BURST_GAP_MS = 40;

/** How many reloads a burst has; each comes back after the time above. */
export const BURST = 8;

type Clock = { now: () => number; later: (run: () => void, ms: number) => unknown };

const realClock: Clock = { now: () => performance.now(), later: (run, ms) => setTimeout(run, ms) };

/** When a query may be asked again. */
class Pace {
  /** Whether it will be looked at again anyway. */
  waits = false;
  private asked = Number.NEGATIVE_INFINITY;
  private rested = Number.NEGATIVE_INFINITY;
  /** When a whole burst is left again. */
  private rich = Number.NEGATIVE_INFINITY;

  next(): number {
    return Math.max(this.rested, this.asked + BURST_GAP_MS, this.rich - (BURST - 1) * GAP_MS);
  }

  ask(now: number): void {
    this.asked = now;
    this.rich = Math.max(now, this.rich) + GAP_MS;
  }

  answered(now: number): void {
    this.rested = now + 2 * (now - this.asked);
  }
}

export class Refresher {
  private readonly old = new Map<string, Key>();
  private readonly paces = new WeakMap<Query, Pace>();

  constructor(
    private readonly client: QueryClient,
    private readonly clock: Clock = realClock,
  ) {}

  mark(stale: Key[]): void {
    // Events come in chunks, and those of one chunk make the same old.
    if (this.old.size === 0 && stale.length > 0) this.clock.later(() => this.flush(), 0);
    for (const key of stale) this.old.set(hashKey(key), key);
  }

  private flush(): void {
    const marked = [...this.old.values()];
    this.old.clear();
    const queries = new Set(marked.flatMap((queryKey) => this.client.getQueryCache().findAll({ queryKey })));
    for (const query of queries) this.refresh(query);
  }

  private refresh(query: Query): void {
    const pace = this.paces.get(query) ?? new Pace();
    this.paces.set(query, pace);
    if (pace.waits) return;
    // An answer that is under way may be older than the event, so it does not count: again when it is there.
    const loading = query.state.fetchStatus !== 'idle';
    const wait = loading ? BURST_GAP_MS : pace.next() - this.clock.now();
    if (wait <= 0) {
      this.reload(query, pace);
      return;
    }
    pace.waits = true;
    this.clock.later(() => {
      pace.waits = false;
      this.refresh(query);
    }, wait);
  }

  private reload(query: Query, pace: Pace): void {
    query.invalidate();
    if (!query.isActive()) return;
    pace.ask(this.clock.now());
    const done = () => pace.answered(this.clock.now());
    query.fetch().then(done, done);
  }
}
