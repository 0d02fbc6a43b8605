import { describe, expect, it } from 'vitest';
import type { Run } from '@/api/types';
import { lanes } from './timeline-model';

const MINUTE = 60_000;
const T0 = Date.parse('2026-03-10T12:00:00Z');
const frame = { from: T0, to: T0 + 100 * MINUTE, now: T0 + 80 * MINUTE, width: 1_000 };
const at = (minutes: number) => new Date(T0 + minutes * MINUTE).toISOString();

const run = (from: number, to: number | null, more: Partial<Run> = {}) =>
  ({
    id: `r${from}`,
    state: to === null ? 'running' : 'succeeded',
    trigger: { kind: 'manual', by: 'ana' },
    created_at: at(from),
    started_at: at(from),
    ended_at: to === null ? null : at(to),
    ...more,
  }) as Run;

const daily = { trigger: { kind: 'schedule', name: 'daily', due_at: at(0) } } as Partial<Run>;
const shape = (runs: Run[]) =>
  lanes(runs, [], frame).map(({ label, bars }) => [
    label,
    bars.map(({ x, width, row, runs: all }) => [x, width, row, all.length]),
  ]);

describe('the timeline', () => {
  it('has a lane for each schedule, and one for what people start', () => {
    expect(shape([run(10, 20), run(30, 40, daily)])).toEqual([
      ['daily', [[300, 100, 0, 1]]],
      ['By hand', [[100, 100, 0, 1]]],
    ]);
  });

  it('lets what still runs reach to now, and cuts what began before', () => {
    expect(shape([run(70, null), run(-50, 5)])).toEqual([
      [
        'By hand',
        [
          [0, 50, 0, 1],
          [700, 100, 0, 1],
        ],
      ],
    ]);
  });

  it('leaves out what ended before', () => {
    expect(shape([run(-50, -10)])).toEqual([]);
  });

  it('puts what overlaps on rows of its own, four at most', () => {
    const [lane] = lanes([run(0, 30), run(5, 30), run(6, 30), run(7, 30), run(8, 40)], [], frame);
    expect(lane?.rows).toBe(4);
    expect(lane?.bars.map(({ runs }) => runs.length)).toEqual([1, 1, 1, 2]);
    expect(lane?.bars[3]).toMatchObject({ x: 70, width: 330 });
  });

  it('counts short ones that lie on one another, and shows the worst', () => {
    const short = [0, 0.2, 0.4].map((minute) => run(minute, minute + 0.1));
    const [lane] = lanes([...short, run(0.5, 0.6, { state: 'failed' })], [], frame);
    expect(lane?.bars.map(({ runs, state }) => [runs.length, state])).toEqual([[4, 'failed']]);
  });

  it('keeps the bars of a schedule that ticks all day few', () => {
    const many = Array.from({ length: 2_000 }, (_, index) => run(index * 0.04, index * 0.04 + 0.01, daily));
    const [lane] = lanes(many, [], frame);
    expect(lane?.bars.length).toBeLessThan(150);
    expect(lane?.bars.flatMap(({ runs }) => runs)).toHaveLength(2_000);
  });

  it('plans what comes', () => {
    const next = [90, 95, 120, 10].map((minute) => ({ schedule: 'daily', at: at(minute), selection: '*' }));
    const [lane] = lanes([], next, frame);
    expect(lane?.planned).toEqual([T0 + 90 * MINUTE, T0 + 95 * MINUTE]);
  });
});
