import { type RefObject, useEffect, useRef } from 'react';

/** Scrolls to what has just opened where it stands above what opened it, as on a phone. */
export function useScrollTo<T extends Element>(wanted: boolean): RefObject<T | null> {
  const target = useRef<T>(null);
  useEffect(() => {
    if (wanted) target.current?.scrollIntoView({ block: 'start' });
  }, [wanted]);
  return target;
}
