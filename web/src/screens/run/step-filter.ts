import type { RunDetail, Step } from '@/api/types';
import { LOOKS } from '@/design/states';
import type { Facet } from '@/ui/filter-bar';

/** The steps in one of the states, with every word of the text in their names. */
export function filterSteps(steps: readonly Step[], states: readonly string[] | undefined, text = ''): Step[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return steps.filter(({ name, state }) => {
    if (states?.length && !states.includes(state)) return false;
    const lower = name.toLowerCase();
    return words.every((word) => lower.includes(word));
  });
}

/** The states that steps of the run are in, with how many are. */
export function stateFacet(counts: RunDetail['counts'], chosen: readonly string[] = []): Facet {
  const states = Object.entries(LOOKS.step) as [keyof RunDetail['counts'], { label: string }][];
  return {
    name: 'state',
    label: 'State',
    options: states
      .filter(([state]) => counts[state] > 0 || chosen.includes(state))
      .map(([value, { label }]) => ({ value, label, count: counts[value] })),
  };
}
