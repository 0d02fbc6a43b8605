import { expect, it } from 'vitest';
import { sharesOf } from './state-counts';

const none = { missing: 0, stale: 0, late: 0, external: 0, in_progress: 0, failed_checks: 0, warned_checks: 0 };

it('adds up, whatever else the assets are', () => {
  const counts = { ...none, total: 10, failed: 1, present: 6, missing: 2, external: 1, in_progress: 4, stale: 3 };
  expect(sharesOf(counts)).toEqual([
    { state: 'failed', count: 1, share: 0.1 },
    { state: 'present', count: 6, share: 0.6 },
    { state: 'missing', count: 3, share: 0.3 },
  ]);
});

it('does not count what failed a check as well', () => {
  const counts = { ...none, total: 10, failed: 1, present: 8, missing: 1, failed_checks: 2, warned_checks: 3 };
  expect(sharesOf(counts).map(({ state, count }) => `${count} ${state}`)).toEqual([
    '1 failed',
    '2 check_failed',
    '3 check_warned',
    '3 present',
    '1 missing',
  ]);
});

it('adds up where more checks failed than assets are there', () => {
  const counts = { ...none, total: 3, failed: 2, present: 1, failed_checks: 2, warned_checks: 2 };
  expect(sharesOf(counts).map(({ state, count }) => `${count} ${state}`)).toEqual(['2 failed', '1 check_failed']);
});

it('is empty for an empty group', () => {
  expect(sharesOf({ ...none, total: 0, failed: 0, present: 0 })).toEqual([]);
});
