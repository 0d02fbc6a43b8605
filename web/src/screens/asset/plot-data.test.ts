import { describe, expect, it } from 'vitest';
import type { CheckResult, SeriesPoint } from '@/api/types';
import { change, checkSeries, DURATION, plotSeries, summaryOf } from './plot-data';

const at = (second: number) => `2026-01-01T00:00:${String(second).padStart(2, '0')}Z`;
const START = Date.parse(at(0)) / 1_000;

describe('series of an asset', () => {
  const points: SeriesPoint[] = [
    { seq: 1, at: at(1), duration_ms: 40, values: { rows: 10 } },
    { seq: 2, at: at(2), values: { rows: 12, size_bytes: 3 } },
  ];

  it('starts with the duration and leaves out what a version did not say', () => {
    expect(plotSeries(points)).toEqual([
      { name: DURATION, unit: 'milliseconds', times: [START + 1], values: [40], seqs: [1] },
      { name: 'rows', unit: 'plain', times: [START + 1, START + 2], values: [10, 12], seqs: [1, 2] },
      { name: 'size_bytes', unit: 'bytes', times: [START + 2], values: [3], seqs: [2] },
    ]);
    expect(plotSeries([])).toEqual([]);
  });

  it('has a gap where a version between two others did not say it', () => {
    const [, rows] = plotSeries([
      ...points,
      { seq: 3, at: at(3), values: {} },
      { seq: 4, at: at(4), values: { rows: 9 } },
    ]);
    expect(rows?.values).toEqual([10, 12, null, 9]);
    expect(rows?.seqs).toEqual([1, 2, 3, 4]);
    expect(rows && summaryOf(rows)).toEqual({ last: 9, before: 12, least: 9, most: 12 });
  });

  it('is summed up in words', () => {
    const rows = plotSeries(points)[1];
    const summary = rows && summaryOf(rows);
    expect(summary).toEqual({ last: 12, before: 10, least: 10, most: 12 });
    expect(summary && change(summary)).toBe('+20 %');
    expect(change({ last: 99, before: 100, least: 0, most: 0 })).toBe('-1.0 %');
    expect(change({ last: 5, before: 0, least: 0, most: 0 })).toBeUndefined();
  });
});

it('plots the numbers of check results from old to new', () => {
  const result = (seq: number, value: number) =>
    ({
      seq,
      at: at(seq),
      metadata: { failed: { type: 'int', value }, note: { type: 'text', value: 'x' } },
    }) as unknown as CheckResult;
  expect(checkSeries([result(2, 7), result(1, 5)])).toEqual([
    { name: 'failed', unit: 'plain', times: [START + 1, START + 2], values: [5, 7], seqs: [1, 2] },
  ]);
});
