// The marks of a time axis: few enough to be read, on round times of the viewer's zone.

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS = [
  MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
];

export type Mark = { at: number; label: string; day: boolean };

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const date = new Intl.DateTimeFormat(undefined, { weekday: 'short', day: 'numeric', month: 'short' });

/** At most `most` marks between two instants. A mark at midnight names the day. */
export function axisMarks(from: number, to: number, most: number): Mark[] {
  const step = STEPS.find((each) => (to - from) / each <= most) ?? DAY * Math.ceil((to - from) / DAY / most);
  const midnight = new Date(from).setHours(0, 0, 0, 0);
  const first = midnight + Math.ceil((from - midnight) / step) * step;
  const marks: Mark[] = [];
  for (let at = first; at < to; at += step) {
    const day = new Date(at).getHours() === 0 && new Date(at).getMinutes() === 0;
    marks.push({ at, day, label: day ? date.format(at) : clock.format(at) });
  }
  return marks;
}
