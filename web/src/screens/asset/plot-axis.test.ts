import { describe, expect, it } from 'vitest';
import { lonely, timeMarks, timeRange, valueRange } from './plot-axis';

describe('the time axis', () => {
  const noon = new Date(2026, 10, 28, 12).getTime() / 1_000;

  it('shows two hours around a single point, with the point in the middle', () => {
    expect(timeRange(noon, noon)).toEqual([noon - 3_600, noon + 3_600]);
    expect(timeMarks([noon - 3_600, noon, noon + 3_600], 3_600)).toEqual(['11:00', '12:00', '13:00']);
  });

  it('shows points that are a moment apart with marks that differ', () => {
    const [from, to] = timeRange(noon, noon + 0.2);
    expect(to - from).toBeCloseTo(10);
    const marks = timeMarks([noon - 4, noon - 2, noon, noon + 2, noon + 4], 2);
    expect(new Set(marks).size).toBe(marks.length);
  });

  it('shows just the points where they are far enough apart', () => {
    expect(timeRange(noon, noon + 60)).toEqual([noon, noon + 60]);
  });

  it('names the day where one begins', () => {
    const midnight = new Date(2026, 10, 28).getTime() / 1_000;
    const [before, at] = timeMarks([midnight - 21_600, midnight], 21_600);
    expect(before).toBe('18:00');
    expect(at).toMatch(/28/);
  });
});

describe('the axis of values', () => {
  it.each([
    [5, 5, 0, 6.5],
    [-5, -5, -6.5, 0],
    [0, 0, 0, 1],
    [10, 20, 0, 21.2],
    [1_000, 1_010, 998.8, 1_011.2],
    [-10, 10, -12.4, 12.4],
  ])('from %d to %d shows %d to %d', (least, most, from, to) => {
    const [low, high] = valueRange(least, most);
    expect(low).toBeCloseTo(from);
    expect(high).toBeCloseTo(to);
  });

  it('has a range without any point', () => {
    expect(valueRange(null, null)).toEqual([0, 1]);
    expect(timeRange(null, null)).toEqual([0, 1]);
  });
});

it('finds the points that no line reaches', () => {
  expect(lonely([1, null, 2, 3, null, null, 4])).toEqual([0, 6]);
  expect(lonely([7])).toEqual([0]);
  expect(lonely([1, 2])).toEqual([]);
});
