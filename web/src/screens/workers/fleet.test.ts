import { describe, expect, it } from 'vitest';
import type { Deployment, Worker } from '@/api/types';
import { codeOf, fleetSummary, shownWorkers, workerFacets } from './fleet';

const worker = (name: string, more: Partial<Worker> = {}): Worker => ({
  id: `id-${name}`,
  name,
  host: 'host-1',
  pid: 7,
  location: 'shop',
  snapshot: 'new',
  slots: 8,
  version: '0.1.0',
  state: 'active',
  joined_at: '2026-11-28T06:00:00Z',
  changed_at: '2026-11-28T06:00:00Z',
  running: 1,
  ...more,
});

const FLEET = [
  worker('a', { tags: { gpu: 'yes' } }),
  worker('b', { state: 'draining', running: 2, location: 'bi', snapshot: 'old' }),
  worker('c', { state: 'lost', running: undefined }),
];

describe('a fleet', () => {
  it.each([
    [FLEET, '2 workers with 3 of 16 slots in use; 1 lost'],
    [[worker('a', { running: undefined })], '1 worker with 8 slots'],
    [[worker('a', { state: 'gone' })], 'No worker is there, so nothing runs'],
  ])('is summed up', (fleet, words) => {
    expect(fleetSummary(fleet)).toBe(words);
  });

  it.each([
    [{}, 'a b c'],
    [{ q: 'gpu=yes' }, 'a'],
    [{ state: ['lost', 'draining'] }, 'b c'],
    [{ location: ['bi'] }, 'b'],
    [{ q: 'HOST-1 c' }, 'c'],
  ])('filter %o', (filter, names) => {
    const found = shownWorkers(FLEET, filter).map(({ name }) => name);
    expect(found.join(' ')).toBe(names);
  });

  it('counts by state and location', () => {
    const [states, locations] = workerFacets(FLEET);
    expect(states?.options.map(({ count }) => count)).toEqual([1, 1, 1, 0]);
    expect(locations?.options.map(({ value, count }) => [value, count])).toEqual([
      ['bi', 1],
      ['shop', 2],
    ]);
  });

  it('knows whose code is live', () => {
    const live: Deployment[] = [
      { name: 'default', locations: [{ name: 'shop', snapshot: 'new', since: '2026-11-28T06:00:00Z', assets: 1 }] },
    ];
    expect(FLEET.map((each) => codeOf(each, live))).toEqual(['live', 'unknown', 'live']);
    expect(codeOf(worker('d', { snapshot: 'old' }), live)).toBe('other');
  });
});
