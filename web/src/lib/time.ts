// Instants and durations in words. Everything is shown in the viewer's zone.

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `3 min ago`, `in 2 h`, `just now`; from two weeks on the date. */
export function relative(at: Date, now: number): string {
  const ms = now - at.getTime();
  const distance = Math.abs(ms);
  if (distance < 5 * SECOND) return 'just now';
  if (distance >= 14 * DAY) return day(at, now);
  const words = coarse(distance);
  return ms > 0 ? `${words} ago` : `in ${words}`;
}

/** The same of what has happened: a clock that is behind, as of another machine, does not put it into the future. */
export const past = (at: Date, now: number): string => relative(at, Math.max(now, at.getTime()));

function coarse(ms: number): string {
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`;
  if (ms < 2 * DAY) return `${Math.floor(ms / HOUR)} h`;
  return `${Math.floor(ms / DAY)} days`;
}

function day(at: Date, now: number): string {
  const sameYear = at.getFullYear() === new Date(now).getFullYear();
  return new Intl.DateTimeFormat(undefined, {
    day: 'numeric',
    month: 'short',
    ...(sameYear ? {} : { year: 'numeric' }),
  }).format(at);
}

/** How long until the words of `relative` change, so that a clock needs no tick in between. */
export function relativeChangesIn(at: Date, now: number): number {
  const distance = Math.abs(now - at.getTime());
  if (distance < MINUTE) return SECOND;
  if (distance < HOUR) return 15 * SECOND;
  return 5 * MINUTE;
}

const absoluteFormat = new Intl.DateTimeFormat(undefined, {
  year: 'numeric',
  month: 'short',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
  timeZoneName: 'short',
});

export const absolute = (at: Date): string => absoluteFormat.format(at);

const clockFormat = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });

/** Hour and minute. */
export const clock = (at: Date): string => clockFormat.format(at);

/** `340 ms`, `4.2 s`, `3 min 05 s`, `2 h 10 min`, `3 d 4 h`. */
export function duration(ms: number): string {
  if (ms < 0 || Number.isNaN(ms)) return '–';
  if (ms < 0.95) return '< 1 ms';
  if (ms < SECOND) return `${Math.round(ms)} ms`;
  if (ms < 10 * SECOND) return `${(ms / SECOND).toFixed(1)} s`;
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min ${two(Math.floor((ms % MINUTE) / SECOND))} s`;
  if (ms < DAY) return `${Math.floor(ms / HOUR)} h ${two(Math.floor((ms % HOUR) / MINUTE))} min`;
  return `${Math.floor(ms / DAY)} d ${Math.floor((ms % DAY) / HOUR)} h`;
}

const two = (value: number): string => String(value).padStart(2, '0');
