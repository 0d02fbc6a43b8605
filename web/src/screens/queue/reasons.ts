// Why things wait, summed up: a thousand steps that wait for one pool are one line.
import type { Queue } from '@/api/types';

export type Waiting = Queue['steps'][number];

export type Reason = { why: string; count: number };

/** The reasons with how many wait for each, most first. */
export function reasons(steps: readonly Pick<Waiting, 'why'>[]): Reason[] {
  const counts = new Map<string, number>();
  for (const { why } of steps) counts.set(why, (counts.get(why) ?? 0) + 1);
  const all = [...counts].map(([why, count]) => ({ why, count }));
  return all.sort((a, b) => b.count - a.count || a.why.localeCompare(b.why));
}

export type StepFilter = { q?: string; pool?: string; why?: string };

/** `inPool` are the names of the steps of the pool that is asked for. */
export function shownSteps(
  steps: readonly Waiting[],
  { q = '', pool, why }: StepFilter,
  inPool: ReadonlySet<string>,
): Waiting[] {
  const text = q.toLowerCase();
  return steps.filter((step) => {
    if (pool !== undefined && !inPool.has(step.name) && !step.why.startsWith(`pool ${pool} `)) return false;
    if (why !== undefined && step.why !== why) return false;
    return text === '' || step.name.toLowerCase().includes(text) || step.run.includes(text);
  });
}

/** What to do about a reason, where the reason itself does not say it. */
export function advice(why: string): string | undefined {
  if (/^pool .* is full: 0 of 0 /.test(why)) return 'The limit is 0, which holds everything back. Raise it above.';
  if (why.startsWith('pool '))
    return 'They start as soon as a slot is free. Raise the limit above to start more at once.';
  if (why.startsWith('no worker serves location')) return 'Start a worker for that location.';
  if (why.startsWith('no worker has the tags')) return 'Start a worker with these tags.';
  if (why.startsWith('no worker has the code')) return 'Start a worker built from that snapshot, or deploy again.';
  if (why.startsWith('all workers that could take it are busy'))
    return 'They start as soon as a worker has a free slot.';
  if (why.startsWith('the workers that could take it are draining')) return 'Start a worker to take over.';
  return undefined;
}
