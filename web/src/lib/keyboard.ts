import { useEffect, useRef } from 'react';

/** Whether the keys that are pressed go into a field, so that they are no shortcut. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

export type Shortcuts = Record<string, (event: KeyboardEvent) => void>;

const SEQUENCE_MS = 1_200;

/**
 * Shortcuts of the whole page: `?`, `mod+k` (Ctrl, or Command on a Mac), and sequences such as `g r`. While somebody
 * types or a dialog is open, only those with `mod` are heard.
 */
export function useShortcuts(shortcuts: Shortcuts): void {
  const latest = useRef(shortcuts);
  useEffect(() => {
    latest.current = shortcuts;
  });
  useEffect(() => {
    let before = '';
    let at = 0;
    const pressed = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.altKey) return;
      const mod = event.metaKey || event.ctrlKey;
      const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
      const name = mod ? `mod+${key}` : key;
      const busy = isTyping(event.target) || document.querySelector('[role="dialog"],[role="alertdialog"]') !== null;
      if (busy && !mod) return;
      const sequence = event.timeStamp - at < SEQUENCE_MS ? `${before} ${name}` : name;
      const action = latest.current[sequence] ?? latest.current[name];
      before = action ? '' : name;
      at = event.timeStamp;
      if (!action) return;
      event.preventDefault();
      action(event);
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, []);
}
