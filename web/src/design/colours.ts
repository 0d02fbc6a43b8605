// The colours of the tokens as a canvas takes them. They are read from the page, so that both themes and a later change of
// the tokens are followed.
import { useEffect, useState } from 'react';
import { useShownTheme } from '@/shell/theme';

/** The values of the given tokens, without their dashes: `['ink', 'good-fill']`. */
export function readColours<T extends string>(names: readonly T[]): Record<T, string> {
  const probe = document.createElement('span');
  probe.hidden = true;
  document.body.append(probe);
  const entries = names.map((name) => {
    probe.style.color = `var(--${name})`;
    return [name, getComputedStyle(probe).color] as const;
  });
  probe.remove();
  return Object.fromEntries(entries) as Record<T, string>;
}

/** The same, renewed when the theme changes. `names` must be a constant. */
export function useColours<T extends string>(names: readonly T[]): Record<T, string> {
  const theme = useShownTheme();
  const [colours, setColours] = useState(() => readColours(names));
  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme decides what the same names mean.
  useEffect(() => setColours(readColours(names)), [theme, names]);
  return colours;
}
