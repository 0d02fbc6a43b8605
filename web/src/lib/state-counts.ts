// An asset is counted under each state that it is in: one that is being made anew is in progress and present. The parts of a
// bar must add up, so they are told by what is there: the last try failed, it is there, or it is not.
import type { StateCounts } from '@/api/types';

export type Share = { state: 'failed' | 'present' | 'missing'; count: number; share: number };

/** The parts of all assets, which add up to one; those without an asset are left out. */
export function sharesOf({ total, failed, present }: StateCounts): Share[] {
  const parts = [
    { state: 'failed' as const, count: failed },
    { state: 'present' as const, count: present },
    { state: 'missing' as const, count: Math.max(0, total - failed - present) },
  ];
  return parts.filter(({ count }) => count > 0).map((part) => ({ ...part, share: part.count / total }));
}
