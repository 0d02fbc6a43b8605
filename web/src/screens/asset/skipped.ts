import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { runsQuery, stepsQuery } from '@/api/queries';
import type { Asset } from '@/api/types';

const ENDED_BADLY = { state: ['failed', 'canceled'] };

/** The latest run that ended badly after the asset was made last, and passed it over: why it did not run. */
export function useSkipped(asset: Asset) {
  const runs = useInfiniteQuery(runsQuery(ENDED_BADLY, 1));
  const run = runs.data?.pages[0]?.items[0];
  const later = run !== undefined && run.created_at > (asset.latest?.at ?? '');
  const steps = useQuery({ ...stepsQuery(run?.id ?? ''), enabled: later });
  if (!run || !later) return undefined;
  const step = steps.data?.find(({ assets, state }) => state === 'skipped' && assets.includes(asset.key));
  if (!step?.cause) return undefined;
  return { run: run.id, step: step.no, at: step.ended_at ?? run.created_at, cause: step.cause };
}
