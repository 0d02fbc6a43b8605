// Shows the start and the end of a run at once. The reload that follows confirms it, and brings the rest.
import type { Query, QueryClient } from '@tanstack/react-query';
import { keys } from '@/api/keys';
import type { LogEvent } from '@/api/types';
import { patchDetail, patchOverview, patchPages, type RunEvent, runEventOf } from './patch';

/** Events are kept for as long as an answer that does not know of them yet may be under way. */
const KEPT_MS = 10_000;
const MOST_KEPT = 500;

type Patch = (data: never, events: readonly RunEvent[]) => unknown;

/** How the data of a query is patched; undefined for a query that is about something else. */
function patchFor({ queryKey: [about, , part] }: Query): Patch | undefined {
  if (about === keys.runs[0]) return patchPages as Patch;
  if (about === keys.overview[0]) return patchOverview as Patch;
  if (about === keys.run('')[0] && part === 'detail') return patchDetail as Patch;
  return undefined;
}

export class RunPatcher {
  private events: (RunEvent & { heard: number })[] = [];
  private readonly off: () => void;

  constructor(
    private readonly client: QueryClient,
    private readonly now: () => number = () => performance.now(),
  ) {
    // An answer that was on its way when an event came is older than the event.
    this.off = client.getQueryCache().subscribe((notice) => {
      if (notice.type !== 'updated' || notice.action.type !== 'success' || notice.action.manual === true) return;
      this.patch(notice.query, this.events);
    });
  }

  hear(event: LogEvent): void {
    const told = runEventOf(event);
    if (!told) return;
    const now = this.now();
    const kept = this.events.filter(({ heard }) => now - heard < KEPT_MS).slice(-MOST_KEPT);
    this.events = [...kept, { ...told, heard: now }];
    // What came before is in the data already; of counts, the events before tell what the new one changes.
    for (const query of this.client.getQueryCache().getAll()) {
      this.patch(query, query.queryKey[0] === keys.overview[0] ? this.events : [told]);
    }
  }

  /** What is shown is loaded anew, and may be from another log. */
  forget(): void {
    this.events = [];
  }

  stop(): void {
    this.off();
  }

  private patch(query: Query, events: readonly RunEvent[]): void {
    const patch = patchFor(query);
    const { data, dataUpdatedAt, isInvalidated } = query.state;
    if (!patch || data === undefined || events.length === 0) return;
    const patched = patch(data as never, events);
    if (patched === data) return;
    // It is no answer of the server: it is as old as it was, and what was to be asked again still is.
    query.setData(patched, { updatedAt: dataUpdatedAt, manual: true });
    if (isInvalidated) query.invalidate();
  }
}
