// Why an asset is as it is: everything that somebody who looks at it should know, the worst first.
import type { Asset, AssetCheck, StaleCause } from '@/api/types';
import { checkState, stateOf } from '@/lib/asset-state';

export type Freshness = { warn_after?: number; fail_after: number };

/** The freshness policy of a definition. */
export function freshnessOf(definition: Record<string, unknown>): Freshness | undefined {
  const found = definition.freshness as Partial<Freshness> | undefined | null;
  return typeof found?.fail_after === 'number' ? { ...found, fail_after: found.fail_after } : undefined;
}

export type Lateness = { is: 'fine' | 'soon' | 'late'; dueAt: number };

/** Whether data is older than it may be, and when it becomes or became so. */
export function lateness(at: string | undefined, freshness: Freshness | undefined, now: number): Lateness | undefined {
  if (!at || !freshness) return undefined;
  const made = Date.parse(at);
  const dueAt = made + freshness.fail_after;
  if (now >= dueAt) return { is: 'late', dueAt };
  const warns = freshness.warn_after !== undefined && now >= made + freshness.warn_after;
  return { is: warns ? 'soon' : 'fine', dueAt };
}

export type Reason =
  | { kind: 'running'; run: string; step: number; state: string }
  | { kind: 'failed'; run: string; at: string }
  | { kind: 'check'; check: AssetCheck; word: 'failed' | 'warned' }
  | { kind: 'late'; dueAt: number; limit: number }
  | { kind: 'skipped'; run: string; step: number; at: string; cause: string }
  | { kind: 'missing' }
  | { kind: 'stale'; cause: StaleCause }
  | { kind: 'upstream'; key: string }
  | { kind: 'soon'; dueAt: number };

export type Around = {
  freshness?: Freshness;
  now: number;
  /** The assets that it is made from, as far as they are known. */
  upstream: readonly Asset[];
  /** The latest run that should have made it and did not. */
  skipped?: { run: string; step: number; at: string; cause: string };
};

export function reasonsOf(asset: Asset, around: Around): Reason[] {
  const reasons: Reason[] = [];
  if (asset.in_progress) reasons.push({ kind: 'running', ...asset.in_progress });
  if (asset.failed) reasons.push({ kind: 'failed', ...asset.failed });
  for (const word of ['failed', 'warned'] as const) {
    const such = (asset.checks ?? []).filter((check) => checkState(check) === word);
    reasons.push(...such.map((check) => ({ kind: 'check' as const, check, word })));
  }
  const late = lateness(asset.latest?.at, around.freshness, around.now);
  if (late?.is === 'late') {
    reasons.push({ kind: 'late', dueAt: late.dueAt, limit: around.freshness?.fail_after ?? 0 });
  }
  if (around.skipped) reasons.push({ kind: 'skipped', ...around.skipped });
  if (!asset.latest && asset.role !== 'external') reasons.push({ kind: 'missing' });
  reasons.push(...(asset.causes ?? []).map((cause) => ({ kind: 'stale' as const, cause })));
  const broken = around.upstream.filter((each) => stateOf(each) === 'failed');
  reasons.push(...broken.map(({ key }) => ({ kind: 'upstream' as const, key })));
  if (late?.is === 'soon') reasons.push({ kind: 'soon', dueAt: late.dueAt });
  return reasons;
}
