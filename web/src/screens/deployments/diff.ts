// What changed between two snapshots, as the screen shows it.
import type { Changes, Deploy, DiffKind, SnapshotDiff } from '@/api/types';
import { plural } from '@/lib/format';

/** The kinds in the order in which people ask for them. */
export const KINDS: readonly { kind: DiffKind; one: string; many: string }[] = [
  { kind: 'assets', one: 'asset', many: 'assets' },
  { kind: 'steps', one: 'step', many: 'steps' },
  { kind: 'checks', one: 'check', many: 'checks' },
  { kind: 'jobs', one: 'job', many: 'jobs' },
  { kind: 'schedules', one: 'schedule', many: 'schedules' },
  { kind: 'pools', one: 'pool', many: 'pools' },
  { kind: 'alerts', one: 'alert policy', many: 'alert policies' },
  { kind: 'channels', one: 'channel', many: 'channels' },
];

export const changeCount = ({ added, removed, changed }: Changes): number =>
  added.length + removed.length + changed.length;

/** `2 assets added, 1 schedule changed`; nothing where nothing differs. */
export function diffSummary(diff: SnapshotDiff): string {
  const words = KINDS.flatMap(({ kind, one, many }) => {
    const { added, removed, changed } = diff[kind];
    const counts: [number, string][] = [
      [added.length, 'added'],
      [removed.length, 'removed'],
      [changed.length, 'changed'],
    ];
    return counts.filter(([count]) => count > 0).map(([count, what]) => `${plural(count, one, many)} ${what}`);
  });
  return words.join(', ');
}

/** A value of a manifest as a line of text, or more where it has parts. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined) return 'not set';
  if (typeof value === 'string') return value === '' ? '(empty)' : value;
  if (typeof value === 'object') {
    const line = JSON.stringify(value);
    return line.length <= 60 ? line : JSON.stringify(value, null, 2);
  }
  return String(value);
}

/** The deploy of the same location that was live before this one; `deploys` are newest first. */
export function liveBefore(deploys: readonly Deploy[], deploy: Deploy): Deploy | undefined {
  return deploys.find(
    ({ seq, location, refused, snapshot }) =>
      seq < deploy.seq && location === deploy.location && !refused && snapshot !== deploy.snapshot,
  );
}

/** The snapshots that can be compared: each once, by its latest deploy. */
export function snapshots(deploys: readonly Deploy[]): Deploy[] {
  const seen = new Set<string>();
  return deploys.filter(({ snapshot, refused }) => !refused && !seen.has(snapshot) && seen.add(snapshot));
}
