import { useQueries, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { deploymentsQuery, snapshotQuery } from '@/api/queries';

/** The names of the steps that use a pool, from the definitions that are live; nothing is read without a pool. */
export function usePoolSteps(pool: string | undefined): ReadonlySet<string> {
  const locations = useQuery(deploymentsQuery()).data?.flatMap((deployment) => deployment.locations) ?? [];
  const wanted = pool === undefined ? [] : locations;
  const manifests = useQueries({ queries: wanted.map(({ snapshot }) => snapshotQuery(snapshot)) });
  const loaded = manifests.map(({ data }) => data);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a manifest never changes, so how many are there is enough.
  return useMemo(() => {
    const steps = loaded.flatMap((manifest) => manifest?.steps ?? []);
    return new Set(steps.filter((step) => step.pool === pool).map(({ name }) => name));
  }, [pool, loaded.filter(Boolean).length]);
}
