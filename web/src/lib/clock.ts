// One clock for all relative times on the page, so that a thousand rows do not set a thousand timers.
import { useEffect, useState } from 'react';

type Listener = () => void;
const listeners = new Map<number, Set<Listener>>();

function every(ms: number, listener: Listener): () => void {
  let set = listeners.get(ms);
  if (!set) {
    set = new Set();
    listeners.set(ms, set);
    const timer = setInterval(() => {
      for (const each of listeners.get(ms) ?? []) each();
      if (!listeners.get(ms)?.size) {
        clearInterval(timer);
        listeners.delete(ms);
      }
    }, ms);
  }
  set.add(listener);
  return () => set.delete(listener);
}

/** The time now, renewed every `ms`. Null stops the clock. */
export function useNow(ms: number | null = 1_000): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => (ms === null ? undefined : every(ms, () => setNow(Date.now()))), [ms]);
  return now;
}
