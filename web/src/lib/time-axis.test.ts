import { expect, it } from 'vitest';
import { axisMarks } from './time-axis';

const start = new Date(2026, 2, 10, 22, 7).getTime();
const HOUR = 3_600_000;
const minutes = (span: number, most: number) =>
  axisMarks(start, start + span, most).map(({ at }) => (at - start) / 60_000);

it.each([
  [HOUR, 6, [3, 13, 23, 33, 43, 53]],
  [6 * HOUR, 6, [53, 113, 173, 233, 293, 353]],
  [24 * HOUR, 8, [113, 293, 473, 653, 833, 1_013, 1_193, 1_373]],
])('%i ms in %i marks at most', (span, most, expected) => {
  expect(minutes(span, most)).toEqual(expected);
});

it('names the day at midnight', () => {
  const midnight = axisMarks(start, start + 6 * HOUR, 6).find(({ day }) => day);
  expect(midnight?.label).toMatch(/11/);
});
