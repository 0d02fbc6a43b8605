import { describe, expect, it } from 'vitest';
import type { Attempt, Step } from '@/api/types';
import { criticalPath, loadOver, rowsOf, sortRows, timeIn } from './model';

const START = Date.parse('2026-01-01T00:00:00Z');
const at = (second: number) => new Date(START + second * 1_000).toISOString();
const run = { started_at: at(0) };

const step = (no: number, more: Partial<Step> = {}): Step => ({
  no,
  name: `step ${no}`,
  assets: [],
  state: 'pending',
  attempt: 0,
  failures: 0,
  losses: 0,
  ...more,
});

const done = (no: number, leased: number, started: number, ended: number, upstream: number[] = []): Step =>
  step(no, {
    state: 'succeeded',
    attempt: 1,
    leased_at: at(leased),
    started_at: at(started),
    ended_at: at(ended),
    upstream,
  });

const shown = (steps: Step[], attempts: Attempt[] = []) =>
  rowsOf(run, steps, attempts).map(({ pieces }) =>
    pieces.map(({ kind, from, to }) => [kind, (from - START) / 1_000, to === undefined ? null : (to - START) / 1_000]),
  );

describe('the pieces of a step', () => {
  it('tell waiting, starting and running apart', () => {
    expect(shown([done(0, 2, 3, 7), done(1, 8, 8, 9, [0])])).toEqual([
      [
        ['wait', 0, 2],
        ['start', 2, 3],
        ['run', 3, 7],
      ],
      [
        ['wait', 7, 8],
        ['run', 8, 9],
      ],
    ]);
  });

  it('are open while the step goes on', () => {
    const running = step(0, { state: 'running', attempt: 1, leased_at: at(1) });
    const ready = step(1);
    const held = step(2, { upstream: [0] });
    expect(shown([running, ready, held])).toEqual([
      [
        ['wait', 0, 1],
        ['run', 1, null],
      ],
      [['wait', 0, null]],
      [],
    ]);
  });

  it('show attempts and the waits between them', () => {
    const attempts: Attempt[] = [
      { step: 0, attempt: 1, leased_at: at(0), started_at: at(0), ended_at: at(1), end: 'failed' },
      { step: 0, attempt: 2, leased_at: at(3), started_at: at(3), ended_at: at(4), end: 'lost' },
    ];
    const second = { ...done(0, 5, 5, 6), attempt: 3 };
    expect(shown([second], attempts)).toEqual([
      [
        ['run', 0, 1],
        ['retry', 1, 3],
        ['run', 3, 4],
        ['retry', 4, 5],
        ['run', 5, 6],
      ],
    ]);
    const waiting = step(0, { state: 'retry_wait', attempt: 1, leased_at: at(0), started_at: at(0) });
    expect(shown([waiting], attempts.slice(0, 1)).at(0)?.at(-1)).toEqual(['retry', 1, null]);
  });

  it('survive a worker whose clock is off', () => {
    expect(shown([done(0, 2, 1, 3)])[0]).toEqual([
      ['wait', 0, 2],
      ['run', 2, 3],
    ]);
    expect(shown([done(0, 2, 9, 3)])[0]?.at(-1)).toEqual(['run', 3, 3]);
  });

  it('are summed up by kind', () => {
    const [row] = rowsOf(run, [done(0, 2, 3, 7)], []);
    expect(row && [timeIn(row, ['run'], 0), timeIn(row, ['wait', 'start'], 0)]).toEqual([4_000, 3_000]);
  });
});

describe('the critical path', () => {
  it('goes back from the step that ended last through what it waited for', () => {
    const steps = [done(0, 0, 0, 5), done(1, 0, 0, 2), done(2, 5, 5, 9, [0, 1]), done(3, 2, 2, 3, [1])];
    expect([...criticalPath(rowsOf(run, steps, []))]).toEqual([2, 0]);
  });

  it('is empty where nothing ran', () => {
    expect(criticalPath(rowsOf(run, [step(0)], [])).size).toBe(0);
  });
});

describe('sorting', () => {
  const rows = rowsOf(run, [done(0, 4, 4, 5), done(1, 1, 1, 9), step(2, { upstream: [0] })], []);
  const nos = (by: 'plan' | 'start' | 'duration') => sortRows(rows, by, 0).map((row) => row.step.no);
  it('by plan, by start and by duration', () => {
    expect(nos('plan')).toEqual([0, 1, 2]);
    expect(nos('start')).toEqual([1, 0, 2]);
    expect(nos('duration')).toEqual([1, 0, 2]);
  });
});

it('counts what runs at a time', () => {
  const rows = rowsOf(run, [done(0, 0, 0, 4), done(1, 2, 2, 10)], []);
  expect(loadOver(rows, START, START + 10_000, 5, 0)).toEqual([1, 2, 2, 1, 1]);
  expect(loadOver(rows, START, START, 3, 0)).toEqual([0, 0, 0]);
});
