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

it('is empty for an empty group', () => {
  expect(sharesOf({ ...none, total: 0, failed: 0, present: 0 })).toEqual([]);
});
