import { describe, expect, it } from 'vitest';
import type { Schedule } from '@/api/types';
import { facetCounts, shownSchedules } from './filter';

const schedule = (name: string, more: Partial<Schedule> = {}): Schedule => ({
  name,
  location: 'shop',
  crons: ['0 6 * * *'],
  zone: 'UTC',
  when: 'at 06:00 every day, UTC',
  selection: 'group:raw',
  priority: 0,
  catch_up: { kind: 'latest' },
  overlap: 'skip',
  switch: 'off',
  default: 'off',
  next: [],
  ...more,
});

const last = (outcome: 'launched' | 'skipped'): Schedule['last'] => ({
  seq: 1,
  due_at: '2026-11-28T06:00:00Z',
  through_at: '2026-11-28T06:00:00Z',
  at: '2026-11-28T06:00:00Z',
  count: 1,
  outcome,
});

const ALL = [
  schedule('nightly', { switch: 'on', last: last('launched') }),
  schedule('weekly report', { when: 'at 07:00 on Monday', last: last('skipped') }),
  schedule('crm', { switch: 'on', selection: 'job:orders_to_crm' }),
];

const names = (filter: Parameters<typeof shownSchedules>[1]) => shownSchedules(ALL, filter).map(({ name }) => name);

describe('filters of schedules', () => {
  it.each([
    [{}, ['nightly', 'weekly report', 'crm']],
    [{ q: 'monday WEEKLY' }, ['weekly report']],
    [{ q: 'orders_to' }, ['crm']],
    [{ switch: ['on'] }, ['nightly', 'crm']],
    [{ last: ['never', 'skipped'] }, ['weekly report', 'crm']],
    [{ switch: ['on'], last: ['launched'] }, ['nightly']],
    [{ q: 'nothing like it' }, []],
  ])('%o', (filter, expected) => {
    expect(names(filter)).toEqual(expected);
  });

  it('counts what each choice would show', () => {
    const [switches, lasts] = facetCounts(ALL);
    expect(switches?.options.map(({ value, count }) => [value, count])).toEqual([
      ['on', 2],
      ['off', 1],
    ]);
    expect(lasts?.options.map(({ count }) => count)).toEqual([1, 1, 0, 1]);
  });
});
