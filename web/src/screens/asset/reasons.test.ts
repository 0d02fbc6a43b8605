import { describe, expect, it } from 'vitest';
import type { Asset, CheckResult } from '@/api/types';
import { freshnessOf, lateness, reasonsOf } from './reasons';

const NOW = Date.parse('2026-01-01T12:00:00Z');
const base: Asset = {
  key: 'a/b',
  group: 'a',
  location: 'shop',
  role: 'materialized',
  staleness: 'fresh',
  latest: { seq: 1, at: '2026-01-01T11:00:00Z', kind: 'materialized', version: 'v' },
};
const around = { now: NOW, upstream: [] };
const check = (name: string, passed: boolean, severity: 'warn' | 'error') => ({
  name,
  blocking: false,
  severity,
  latest: { passed, severity } as CheckResult,
});
const kinds = (asset: Asset, more = {}) => reasonsOf(asset, { ...around, ...more }).map(({ kind }) => kind);

describe('lateness', () => {
  const freshness = { warn_after: 1_800_000, fail_after: 7_200_000 };
  it('warns before it is late', () => {
    const at = (hours: number) => new Date(NOW - hours * 3_600_000).toISOString();
    expect(lateness(at(0.4), freshness, NOW)?.is).toBe('fine');
    expect(lateness(at(1), freshness, NOW)).toEqual({ is: 'soon', dueAt: NOW + 3_600_000 });
    expect(lateness(at(2), freshness, NOW)?.is).toBe('late');
    expect(lateness(undefined, freshness, NOW)).toBeUndefined();
  });

  it('reads the policy of a definition', () => {
    expect(freshnessOf({ freshness: { fail_after: 5 } })).toEqual({ fail_after: 5 });
    expect(freshnessOf({ freshness: null })).toBeUndefined();
    expect(freshnessOf({})).toBeUndefined();
  });
});

describe('reasons', () => {
  it('has none for an asset that is well', () => {
    expect(kinds({ ...base, checks: [check('one', true, 'error')] })).toEqual([]);
  });

  it('says what is wrong before what is old', () => {
    const asset: Asset = {
      ...base,
      failed: { run: 'r', at: '' },
      causes: [{ kind: 'data', message: 'x' }],
      checks: [check('warns', false, 'warn'), check('fails', false, 'error')],
    };
    const upstream: Asset[] = [
      { ...base, key: 'up', failed: { run: 'r', at: '' } },
      { ...base, key: 'fine' },
    ];
    const reasons = reasonsOf(asset, { ...around, upstream, freshness: { fail_after: 60_000 } });
    expect(reasons.map((reason) => (reason.kind === 'check' ? reason.word : reason.kind))).toEqual([
      'failed',
      'failed',
      'warned',
      'late',
      'stale',
      'upstream',
    ]);
    expect(reasons.at(-1)).toEqual({ kind: 'upstream', key: 'up' });
  });

  it('says that nothing made it, unless others make it', () => {
    expect(kinds({ ...base, latest: null })).toEqual(['missing']);
    expect(kinds({ ...base, latest: null, role: 'external' })).toEqual([]);
  });

  it('says why a run passed it over', () => {
    const skipped = { run: 'r', step: 3, at: '', cause: 'check x failed' };
    expect(reasonsOf(base, { ...around, skipped })).toEqual([{ kind: 'skipped', ...skipped }]);
  });
});
