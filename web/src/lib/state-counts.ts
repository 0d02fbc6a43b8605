// An asset is counted under each state that it is in: one that is being made anew is in progress and present. The parts of a
// bar must add up, so they are told by what is there: the last try failed, it is there, well or with a check that failed, or
// it is not.
import type { StateCounts } from '@/api/types';

export type Share = {
  state: 'failed' | 'check_failed' | 'check_warned' | 'present' | 'missing';
  count: number;
  share: number;
};

/** The parts of all assets, which add up to one; those without an asset are left out. */
export function sharesOf({ total, failed, present, failed_checks, warned_checks }: StateCounts): Share[] {
  // Checks look at what was made, so an asset with a failed check counts as one that is there, and with its worst check.
  const checkFailed = Math.min(failed_checks, present);
  const checkWarned = Math.min(warned_checks, present - checkFailed);
  const parts = [
    { state: 'failed' as const, count: failed },
    { state: 'check_failed' as const, count: checkFailed },
    { state: 'check_warned' as const, count: checkWarned },
    { state: 'present' as const, count: present - checkFailed - checkWarned },
    { state: 'missing' as const, count: Math.max(0, total - failed - present) },
  ];
  return parts.filter(({ count }) => count > 0).map((part) => ({ ...part, share: part.count / total }));
}
