// Numbers over time as the plots take them.
import type { CheckResult, MetadataValue, SeriesPoint } from '@/api/types';
import { numberOf, type Unit, unitOf } from '@/lib/metadata';

export type PlotSeries = {
  name: string;
  unit: Unit;
  /** Seconds since 1970, as uPlot has it. */
  times: number[];
  values: (number | null)[];
  /** The version behind each point. */
  seqs: number[];
};

export const DURATION = 'Duration';

type Point = { seq: number; at: string; values: { [name: string]: number | undefined } };

function seriesOf(points: readonly Point[], name: string, unit: Unit): PlotSeries {
  // A version between two others that says nothing of it leaves a gap; before the first and after the last there is none.
  const says = ({ values }: Point) => values[name] !== undefined;
  const first = points.findIndex(says);
  const such = first < 0 ? [] : points.slice(first, points.findLastIndex(says) + 1);
  return {
    name,
    unit,
    times: such.map(({ at }) => Date.parse(at) / 1_000),
    values: such.map(({ values }) => values[name] ?? null),
    seqs: such.map(({ seq }) => seq),
  };
}

/** The duration first, then every number of the metadata by its name. */
export function plotSeries(points: readonly SeriesPoint[]): PlotSeries[] {
  const names = [...new Set(points.flatMap(({ values }) => Object.keys(values)))].sort();
  const timed = points.map(({ seq, at, duration_ms: took }) => ({
    seq,
    at,
    values: took === undefined || took === null ? {} : { [DURATION]: took },
  }));
  const durations = seriesOf(timed, DURATION, 'milliseconds');
  const others = names.map((name) => seriesOf(points, name, unitOf(name)));
  return [durations, ...others].filter(({ times }) => times.length > 0);
}

const numbersOf = (metadata: Record<string, MetadataValue> = {}): Record<string, number> =>
  Object.fromEntries(
    Object.entries(metadata).flatMap(([name, value]) => {
      const found = numberOf(value);
      return found === undefined ? [] : [[name, found] as const];
    }),
  );

/** The numbers that a check found, over time. Results come with the newest first. */
export function checkSeries(results: readonly CheckResult[]): PlotSeries[] {
  const points = results.map(({ seq, at, metadata }) => ({ seq, at, values: numbersOf(metadata) })).reverse();
  const names = [...new Set(points.flatMap(({ values }) => Object.keys(values)))].sort();
  return names.map((name) => seriesOf(points, name, unitOf(name)));
}

export type Summary = { last: number; before?: number; least: number; most: number };

export function summaryOf({ values }: PlotSeries): Summary | undefined {
  const numbers = values.filter((value) => value !== null);
  const last = numbers.at(-1);
  if (last === undefined) return undefined;
  return { last, before: numbers.at(-2), least: Math.min(...numbers), most: Math.max(...numbers) };
}

/** How much a number changed, as in `+12 %`; undefined where that says nothing. */
export function change({ last, before }: Summary): string | undefined {
  if (before === undefined || before === 0 || last === before) return undefined;
  const percent = ((last - before) / Math.abs(before)) * 100;
  if (Math.abs(percent) < 0.1) return undefined;
  const shown = Math.abs(percent) < 10 ? percent.toFixed(1) : Math.round(percent).toLocaleString('en-US');
  return `${percent > 0 ? '+' : ''}${shown} %`;
}
