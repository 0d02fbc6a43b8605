import { describe, expect, it } from 'vitest';
import type { Run, Tick } from '@/api/types';
import { tickEnd, tickRows, tickSummary } from './ticks';

const tick = (seq: number, outcome: Tick['outcome'], more: Partial<Tick> = {}): Tick => ({
  seq,
  outcome,
  due_at: '2026-11-28T06:00:00Z',
  through_at: '2026-11-28T06:00:00Z',
  at: '2026-11-28T06:00:00Z',
  count: 1,
  ...more,
});

const run = (id: string, state: Run['state']) => ({ id, state }) as Run;

const TICKS = [
  tick(5, 'launched', { run: 'a' }),
  tick(4, 'launched', { run: 'b' }),
  tick(3, 'launched', { run: 'not-loaded' }),
  tick(2, 'skipped', { count: 12, reason: 'missed' }),
  tick(1, 'failed', { reason: 'it selects nothing' }),
];
const ROWS = tickRows(TICKS, [run('b', 'failed'), run('a', 'succeeded')]);

describe('ticks and their runs', () => {
  it('says what came of each', () => {
    expect(ROWS.map(tickEnd)).toEqual([
      { tone: 'good', words: 'run succeeded', shape: 'tall' },
      { tone: 'bad', words: 'run failed', shape: 'tall' },
      { tone: 'wait', words: 'launched a run', shape: 'tall' },
      { tone: 'none', words: 'skipped 12 ticks: missed', shape: 'short' },
      { tone: 'bad', words: 'failed: it selects nothing', shape: 'short' },
    ]);
  });

  it('sums up, counting each tick of a range', () => {
    expect(tickSummary(ROWS)).toBe('3 launched, 1 of the runs failed, 12 skipped, 1 failed');
  });
});
