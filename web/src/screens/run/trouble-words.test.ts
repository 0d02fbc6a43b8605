import { expect, it } from 'vitest';
import type { Step } from '@/api/types';
import { checkOf, troubleOf } from './trouble-words';

const step = (no: number, state: Step['state'], cause?: string) => ({ no, state, cause }) as Step;

it('groups what never ran by its reason, the most first', () => {
  const steps = [
    step(0, 'failed'),
    step(1, 'skipped', 'a failed'),
    step(2, 'skipped', 'b failed'),
    step(3, 'skipped', 'b failed'),
    step(4, 'retry_wait'),
    step(5, 'succeeded'),
  ];
  const { failed, retrying, skipped } = troubleOf(steps);
  expect(failed.map(({ no }) => no)).toEqual([0]);
  expect(retrying.map(({ no }) => no)).toEqual([4]);
  expect(skipped.map(({ cause, steps: such }) => [cause, such.length])).toEqual([
    ['b failed', 2],
    ['a failed', 1],
  ]);
});

it('knows the check that a reason speaks of', () => {
  expect(checkOf('check is_unique on shop/orders failed')).toEqual({ check: 'is_unique', asset: 'shop/orders' });
  expect(checkOf('the run was canceled')).toBeUndefined();
});
