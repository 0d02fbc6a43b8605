// The ticks of a schedule as rows and as a strip.
import type { Run, Tick } from '@/api/types';
import { lookOf, type Tone } from '@/design/states';

export type TickRow = { tick: Tick; run: Run | undefined };

/** Ticks with the runs that they launched, as far as those are loaded. */
export function tickRows(ticks: readonly Tick[], runs: readonly Run[]): TickRow[] {
  const byId = new Map(runs.map((run) => [run.id, run]));
  return ticks.map((tick) => ({ tick, run: tick.run ? byId.get(tick.run) : undefined }));
}

/** What came of a tick, with what came of its run: a tick that launched a run that failed is no good news. */
export type TickEnd = { tone: Tone; words: string; shape: 'tall' | 'short' };

export function tickEnd({ tick, run }: TickRow): TickEnd {
  const { outcome, count, reason } = tick;
  if (outcome === 'launched') {
    if (!run) return { tone: 'wait', words: 'launched a run', shape: 'tall' };
    const { tone, label } = lookOf('run', run.state);
    return { tone, words: `run ${label.toLowerCase()}`, shape: 'tall' };
  }
  const { tone, label } = lookOf('tick', outcome);
  const many = count > 1 ? ` ${count} ticks` : '';
  return { tone, words: `${label.toLowerCase()}${many}${reason ? `: ${reason}` : ''}`, shape: 'short' };
}

/** `12 launched, 3 skipped, 1 run failed`. */
export function tickSummary(rows: readonly TickRow[]): string {
  const counts = new Map<string, number>();
  const add = (word: string, by: number) => counts.set(word, (counts.get(word) ?? 0) + by);
  for (const { tick, run } of rows) {
    add(lookOf('tick', tick.outcome).label.toLowerCase(), tick.count);
    if (run?.state === 'failed') add('of the runs failed', 1);
  }
  return [...counts].map(([word, count]) => `${count} ${word}`).join(', ');
}
