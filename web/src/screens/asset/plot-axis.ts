// The axes of a plot: which range they show, and what stands at their marks. Pure.

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A moment has no length, so an axis around one shows some time on both sides. */
const AROUND_ONE = HOUR;
/** Less than this would have marks between two seconds, which all read the same. */
const SHORTEST = 10;

/** What the time axis shows for points from `least` to `most`, in seconds since 1970. */
export function timeRange(least: number | null, most: number | null): [number, number] {
  if (least === null || most === null) return [0, 1];
  if (least === most) return [least - AROUND_ONE, most + AROUND_ONE];
  const missing = Math.max(0, SHORTEST - (most - least));
  return [least - missing / 2, most + missing / 2];
}

/** A little air above and below, and the zero where it is near. */
export function valueRange(least: number | null, most: number | null): [number, number] {
  if (least === null || most === null) return [0, 1];
  if (least === most) return least === 0 ? [0, 1] : [Math.min(0, least * 1.3), Math.max(0, most * 1.3)];
  const air = (most - least) * 0.12;
  const from = least >= 0 && least < (most - least) * 1.5 ? 0 : least - air;
  return [from, most + air];
}

const date = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const minute = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const second = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});

/** Marks of the time axis, as fine as they are apart. Where a day begins, the day is named instead of midnight. */
export const timeMarks = (seconds: readonly number[], step: number): string[] =>
  seconds.map((each) => {
    const at = new Date(each * 1_000);
    const midnight = at.getHours() === 0 && at.getMinutes() === 0 && at.getSeconds() === 0;
    if (step >= DAY || (midnight && step >= MINUTE)) return date.format(at);
    return (step >= MINUTE ? minute : second).format(at);
  });

/** The points that no line reaches, since nothing is beside them: only a dot shows that they are there. */
export function lonely(values: readonly (number | null | undefined)[]): number[] {
  const there = (at: number) => values[at] !== null && values[at] !== undefined;
  return values.flatMap((_, at) => (there(at) && !there(at - 1) && !there(at + 1) ? [at] : []));
}
