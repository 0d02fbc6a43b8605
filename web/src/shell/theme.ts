import { useSyncExternalStore } from 'react';

export type Theme = 'system' | 'light' | 'dark';
const KEY = 'headwater.theme';
const listeners = new Set<() => void>();

export function theme(): Theme {
  const kept = localStorage.getItem(KEY);
  return kept === 'light' || kept === 'dark' ? kept : 'system';
}

/** Writes the theme where the tokens look for it. Called before the first paint, and by `setTheme`. */
export function applyTheme(): void {
  const chosen = theme();
  if (chosen === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
}

export function setTheme(chosen: Theme): void {
  if (chosen === 'system') localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, chosen);
  applyTheme();
  for (const listener of listeners) listener();
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const useTheme = (): Theme => useSyncExternalStore(subscribe, theme);

const dark = () => matchMedia('(prefers-color-scheme: dark)');

const subscribeShown = (listener: () => void) => {
  const list = dark();
  list.addEventListener('change', listener);
  const off = subscribe(listener);
  return () => {
    list.removeEventListener('change', listener);
    off();
  };
};

/** The theme that is seen; for what is painted and not styled, such as a canvas. */
export function useShownTheme(): 'light' | 'dark' {
  return useSyncExternalStore(subscribeShown, () => {
    const chosen = theme();
    if (chosen !== 'system') return chosen;
    return dark().matches ? 'dark' : 'light';
  });
}
