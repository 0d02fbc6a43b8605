import type { Schedule } from '@/api/types';
import { lookOf, type StateKind } from '@/design/states';
import type { Facet } from '@/ui/filter-bar';

export type ScheduleFilter = { q?: string; switch?: string[]; last?: string[] };

/** What came of its last tick, as a word of the filter. */
const lastOf = ({ last }: Schedule): string => last?.outcome ?? 'never';

export function shownSchedules(schedules: readonly Schedule[], filter: ScheduleFilter): Schedule[] {
  const words = (filter.q ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  return schedules.filter((schedule) => {
    if (filter.switch && !filter.switch.includes(schedule.switch)) return false;
    if (filter.last && !filter.last.includes(lastOf(schedule))) return false;
    const { name, description = '', selection, when, location } = schedule;
    const text = [name, description, selection, when, location].join('\n').toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

export const facetCounts = (schedules: readonly Schedule[]): Facet[] => [
  facet('switch', 'Switch', ['on', 'off'], 'switch', (schedule) => schedule.switch, schedules),
  facet('last', 'Last tick', ['launched', 'skipped', 'failed', 'never'], 'tick', lastOf, schedules),
];

function facet(
  name: string,
  label: string,
  values: string[],
  kind: StateKind,
  of: (schedule: Schedule) => string,
  schedules: readonly Schedule[],
): Facet {
  const count = (value: string) => schedules.filter((schedule) => of(schedule) === value).length;
  const word = (value: string) => (value === 'never' ? 'No tick yet' : lookOf(kind, value).label);
  return { name, label, options: values.map((value) => ({ value, label: word(value), count: count(value) })) };
}
