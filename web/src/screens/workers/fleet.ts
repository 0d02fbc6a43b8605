// Workers as the screen shows them.
import type { Deployment, Worker } from '@/api/types';
import { lookOf } from '@/design/states';
import { plural } from '@/lib/format';
import type { Facet } from '@/ui/filter-bar';

export type WorkerFilter = { q?: string; state?: string[]; location?: string[] };

/** Whether a worker is there: it may still hold steps. */
export const isThere = ({ state }: Pick<Worker, 'state'>): boolean => state === 'active' || state === 'draining';

export function shownWorkers(workers: readonly Worker[], { q = '', state, location }: WorkerFilter): Worker[] {
  const words = q.toLowerCase().split(/\s+/).filter(Boolean);
  return workers.filter((worker) => {
    if (state && !state.includes(worker.state)) return false;
    if (location && !location.includes(worker.location)) return false;
    const tags = Object.entries(worker.tags ?? {}).map(([name, value]) => `${name}=${value}`);
    const { name, host, id, version, pid } = worker;
    const text = [name, host, id, version, String(pid), worker.location, ...tags].join('\n').toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

const STATES = ['active', 'draining', 'lost', 'gone'] as const;

export function workerFacets(workers: readonly Worker[]): Facet[] {
  const locations = [...new Set(workers.map(({ location }) => location))].sort();
  const count = (matches: (worker: Worker) => boolean) => workers.filter(matches).length;
  return [
    {
      name: 'state',
      label: 'State',
      options: STATES.map((value) => ({
        value,
        label: lookOf('worker', value).label,
        count: count(({ state }) => state === value),
      })),
    },
    {
      name: 'location',
      label: 'Location',
      options: locations.map((value) => ({ value, label: value, count: count(({ location }) => location === value) })),
    },
  ];
}

/** `2 workers with 3 of 16 slots in use; 1 lost`. */
export function fleetSummary(workers: readonly Worker[]): string {
  const there = workers.filter(isThere);
  if (there.length === 0) return 'No worker is there, so nothing runs';
  const slots = there.reduce((sum, { slots: each }) => sum + each, 0);
  const known = there.every(({ running }) => running !== undefined && running !== null);
  const used = there.reduce((sum, { running }) => sum + (running ?? 0), 0);
  const lost = workers.filter(({ state }) => state === 'lost').length;
  const use = known ? `${used} of ${plural(slots, 'slot')} in use` : plural(slots, 'slot');
  return `${plural(there.length, 'worker')} with ${use}${lost > 0 ? `; ${lost} lost` : ''}`;
}

/** Whether a worker's code is what is live for its location: it can run what other code declares only if it has it. */
export function codeOf(worker: Worker, deployments: readonly Deployment[] | undefined): 'live' | 'other' | 'unknown' {
  const live = deployments?.flatMap(({ locations }) => locations).find(({ name }) => name === worker.location);
  if (!live) return 'unknown';
  return live.snapshot === worker.snapshot ? 'live' : 'other';
}

const MEANINGS: Record<string, string> = {
  active: 'It takes steps that it has the code and the tags for.',
  draining: 'It takes no new steps, and leaves when those that it holds have ended.',
  lost: 'It went silent, so that its steps were given to others. If it comes back, it joins as a new worker.',
  gone: 'It left in good order.',
};

export const stateMeaning = (state: string): string => MEANINGS[state] ?? '';
