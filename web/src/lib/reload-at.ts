import { useEffect } from 'react';

/** The longest that a timer of a browser can wait. */
const LONGEST = 2 ** 31 - 1;

/**
 * Reloads once at an instant at which the server said that something will happen. It is for what changes without an
 * event, such as the next try of a delivery; it does not go on by itself.
 */
export function useReloadAt(at: string | undefined, reload: () => unknown, after = 1_500): void {
  useEffect(() => {
    if (!at) return;
    const wait = Math.max(0, Date.parse(at) - Date.now()) + after;
    if (wait > LONGEST) return;
    const timer = setTimeout(() => void reload(), wait);
    return () => clearTimeout(timer);
  }, [at, reload, after]);
}
