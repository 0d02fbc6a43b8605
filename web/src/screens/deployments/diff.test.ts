import { describe, expect, it } from 'vitest';
import type { Deploy, SnapshotDiff } from '@/api/types';
import { diffSummary, liveBefore, snapshots, valueText } from './diff';

const none = { added: [], removed: [], changed: [] };
const NOTHING: SnapshotDiff = {
  assets: none,
  steps: none,
  checks: none,
  schedules: none,
  jobs: none,
  alerts: none,
  channels: none,
  pools: none,
};

const deploy = (seq: number, snapshot: string, more: Partial<Deploy> = {}): Deploy => ({
  seq,
  snapshot,
  location: 'shop',
  at: '2026-11-28T06:00:00Z',
  by: 'ci',
  live: false,
  ...more,
});

const DEPLOYS = [
  deploy(9, 'c', { live: true }),
  deploy(8, 'x', { refused: 'asset-cycle' }),
  deploy(7, 'z', { location: 'bi' }),
  deploy(6, 'c'),
  deploy(5, 'b'),
  deploy(4, 'a'),
];

describe('what changed', () => {
  it('is nothing where nothing differs', () => {
    expect(diffSummary(NOTHING)).toBe('');
  });

  it('is summed up by kind', () => {
    const diff = {
      ...NOTHING,
      assets: { added: ['a', 'b'], removed: ['c'], changed: [] },
      alerts: { ...none, changed: [{ name: 'p', fields: [] }] },
    };
    expect(diffSummary(diff)).toBe('2 assets added, 1 asset removed, 1 alert policy changed');
  });
});

describe('values of a manifest', () => {
  it.each([
    [null, 'not set'],
    ['', '(empty)'],
    ['0 6 * * *', '0 6 * * *'],
    [3, '3'],
    [['team:a'], '["team:a"]'],
  ])('%o', (value, text) => {
    expect(valueText(value)).toBe(text);
  });

  it('breaks what is long into lines', () => {
    expect(valueText({ description: 'x'.repeat(80) })).toContain('\n');
  });
});

describe('deploys', () => {
  it('finds what was live before, of the same location and with other definitions', () => {
    expect(liveBefore(DEPLOYS, DEPLOYS[0] as Deploy)?.seq).toBe(5);
    expect(liveBefore(DEPLOYS, DEPLOYS[4] as Deploy)?.seq).toBe(4);
    expect(liveBefore(DEPLOYS, DEPLOYS[5] as Deploy)).toBeUndefined();
  });

  it('offers each snapshot that went live once', () => {
    expect(snapshots(DEPLOYS).map(({ seq }) => seq)).toEqual([9, 7, 5, 4]);
  });
});
