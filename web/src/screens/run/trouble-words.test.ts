import { expect, it } from 'vitest';
import type { Step } from '@/api/types';
import { checkOf, troubleOf } from './trouble-words';

const step = (no: number, state: Step['state'], cause?: string) => ({ no, name: `s${no}`, state, cause }) as Step;

it('tells each failure with what it held back, and the other reasons apart', () => {
  const steps = [
    step(0, 'failed'),
    step(1, 'failed'),
    step(2, 'skipped', 's1 failed'),
    step(3, 'skipped', 's1 failed'),
    step(4, 'skipped', 'check x on a/b failed'),
    step(5, 'retry_wait'),
    step(6, 'succeeded'),
  ];
  const { failed, retrying, skipped } = troubleOf(steps);
  expect(failed.map(({ step: { no }, held }) => [no, held])).toEqual([
    [1, 2],
    [0, 0],
  ]);
  expect(retrying.map(({ no }) => no)).toEqual([5]);
  expect(skipped).toEqual([{ cause: 'check x on a/b failed', count: 1 }]);
});

it('tells a check that failed and held nothing back', () => {
  const steps = [step(0, 'succeeded'), step(1, 'skipped', 'check x on a/b failed')];
  const { skipped } = troubleOf(steps, ['check x on a/b failed', 'check y on a/b failed']);
  expect(skipped).toEqual([
    { cause: 'check x on a/b failed', count: 1 },
    { cause: 'check y on a/b failed', count: 0 },
  ]);
});

it('knows the check that a reason speaks of', () => {
  expect(checkOf('check is_unique on shop/orders failed')).toEqual({ check: 'is_unique', asset: 'shop/orders' });
  expect(checkOf('the run was canceled')).toBeUndefined();
});
