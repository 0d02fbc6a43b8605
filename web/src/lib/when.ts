// Instants as people name them: `today 06:10`, `Mon 30 Nov 07:00`, also in the zone of a schedule.

const DAY = 86_400_000;

type Parts = { year: number; month: number; day: number };

function partsOf(at: Date, zone: string | undefined): Parts {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
  });
  const found = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  return { year: found.year ?? 0, month: found.month ?? 0, day: found.day ?? 0 };
}

/** The number of the day, so that days can be subtracted whatever their hours. */
const dayNumber = ({ year, month, day }: Parts): number => Date.UTC(year, month - 1, day) / DAY;

/** The hour and minute of an instant in a zone; the viewer's without one. */
export const clockIn = (at: Date, zone?: string): string =>
  new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at);

/** The day of an instant in words: `today`, `tomorrow`, `yesterday`, `Mon 30 Nov`. */
export function dayIn(at: Date, now: number, zone?: string): string {
  const parts = partsOf(at, zone);
  const today = partsOf(new Date(now), zone);
  const ahead = dayNumber(parts) - dayNumber(today);
  const near = { [-1]: 'yesterday', 0: 'today', 1: 'tomorrow' }[ahead];
  if (near) return near;
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    ...(parts.year === today.year ? {} : { year: 'numeric' }),
  });
  return format.format(at).replace(',', '');
}

/** `tomorrow 06:10`. */
export const calendar = (at: Date, now: number, zone?: string): string =>
  `${dayIn(at, now, zone)} ${clockIn(at, zone)}`;

/** Whether a zone's clocks show something else than the viewer's at that instant. */
export function differs(at: Date, zone: string): boolean {
  try {
    const days = [partsOf(at, zone), partsOf(at, undefined)].map(dayNumber);
    return days[0] !== days[1] || clockIn(at, zone) !== clockIn(at);
  } catch {
    // A zone that this browser does not know.
    return false;
  }
}
