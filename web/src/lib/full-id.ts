import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';

/**
 * The server takes the start of an id for the whole one. What it answers is kept under the whole id, which events name, and
 * `go` puts it into the address, so that what is copied from there is complete.
 */
export function useFullId<T extends { id: string }>(
  asked: string,
  found: T | undefined,
  keyOf: (id: string) => readonly unknown[],
  go: (id: string) => void,
): void {
  const client = useQueryClient();
  const id = found?.id;
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is about the id alone, and happens once for each.
  useEffect(() => {
    if (id === undefined || id === asked) return;
    client.setQueryData(keyOf(id), (before: unknown) => before ?? found);
    go(id);
  }, [id, asked]);
}
