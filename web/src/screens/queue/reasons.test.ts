import { describe, expect, it } from 'vitest';
import { advice, reasons, shownSteps } from './reasons';

const FULL = 'pool warehouse is full: 4 of 4 slots are taken';
const BUSY = 'all workers that could take it are busy';
const step = (name: string, why: string) => ({ run: '01a2', step: 0, name, why });
const STEPS = [
  step('raw/orders', BUSY),
  step('clean/orders', FULL),
  step('clean/items', FULL),
  step('x', 'pool warehouse_2 is full: 1 of 1 slots are taken'),
];

describe('why things wait', () => {
  it('is summed up, most first', () => {
    expect(reasons(STEPS).map(({ why, count }) => [count, why])).toEqual([
      [2, FULL],
      [1, BUSY],
      [1, 'pool warehouse_2 is full: 1 of 1 slots are taken'],
    ]);
  });

  it.each([
    [{}, 4],
    [{ pool: 'warehouse' }, 3],
    [{ why: BUSY }, 1],
    [{ q: 'CLEAN' }, 2],
    [{ q: 'clean', why: BUSY }, 0],
  ])('filter %o', (filter, count) => {
    expect(shownSteps(STEPS, filter, new Set(['raw/orders']))).toHaveLength(count);
  });

  it.each([
    [FULL, /slot is free/],
    ['pool warehouse is full: 0 of 0 slots are taken', /limit is 0/],
    [BUSY, /free slot/],
    ['no worker serves location shop', /Start a worker/],
    ['no worker has the tags gpu=yes', /tags/],
    ['no worker has the code of snapshot e8877ae9', /snapshot/],
    ['the workers that could take it are draining', /take over/],
  ])('%s', (why, words) => {
    expect(advice(why)).toMatch(words);
  });
});
