// How an asset is, as the screens say it: one word for what its last run did, one for its checks.
import type { Asset, AssetCheck } from '@/api/types';

export type AssetWord =
  | 'missing'
  | 'present'
  | 'late'
  | 'failed'
  | 'check_failed'
  | 'check_warned'
  | 'in_progress'
  | 'external';

/** The state in one word, as the graph has it: what is there but failed a check, or is too old, is no plain success. */
export function stateOf(
  asset: Pick<Asset, 'in_progress' | 'failed' | 'latest' | 'role' | 'checks' | 'late'>,
): AssetWord {
  if (asset.in_progress) return 'in_progress';
  if (asset.failed) return 'failed';
  if (asset.latest) {
    const worst = worstCheck(asset.checks);
    if (worst === 'failed') return 'check_failed';
    if (asset.late) return 'late';
    return worst === 'warned' ? 'check_warned' : 'present';
  }
  return asset.role === 'external' ? 'external' : 'missing';
}

export type CheckWord = 'passed' | 'warned' | 'failed' | 'never';

/** What the latest result of a check says. */
export function checkState({ latest }: Pick<AssetCheck, 'latest'>): CheckWord {
  if (!latest) return 'never';
  if (latest.passed) return 'passed';
  return latest.severity === 'warn' ? 'warned' : 'failed';
}

const WORST: CheckWord[] = ['failed', 'warned', 'never', 'passed'];

/** The worst of an asset's checks; undefined for an asset without any. */
export function worstCheck(checks: readonly Pick<AssetCheck, 'latest'>[] = []): CheckWord | undefined {
  const words = new Set(checks.map(checkState));
  return WORST.find((word) => words.has(word));
}
