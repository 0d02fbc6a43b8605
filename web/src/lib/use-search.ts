import { useNavigate } from '@tanstack/react-router';
import { useCallback } from 'react';

export type Changes = Record<string, string | string[] | number | undefined>;

/**
 * Changes some search parameters of the page that is open; undefined takes one away. Filters replace the address, so
 * that the back button leaves the screen; `push` is for what feels like going somewhere.
 */
export function useSetSearch(history: 'replace' | 'push' = 'replace'): (changes: Changes) => void {
  const navigate = useNavigate();
  return useCallback(
    (changes: Changes) => {
      const search = (before: Record<string, unknown>) => ({ ...before, ...changes });
      void navigate({ to: '.', search: search as never, replace: history === 'replace' });
    },
    [navigate, history],
  );
}
