import { describe, expect, it } from 'vitest';
import type { Asset, CheckResult } from '@/api/types';
import { checkState, stateOf, worstCheck } from './asset-state';

const latest = { seq: 1 } as Asset['latest'];
const failed = { at: '', run: 'r' };

const result = (passed: boolean, severity: 'warn' | 'error' = 'error') =>
  ({ latest: { passed, severity } as CheckResult }) as const;

describe('the state of an asset', () => {
  it('is what its last run did, and what runs now before that', () => {
    const role = 'materialized';
    expect(stateOf({ role })).toBe('missing');
    expect(stateOf({ role, latest })).toBe('present');
    expect(stateOf({ role, latest, failed })).toBe('failed');
    expect(stateOf({ role, latest, failed, in_progress: { run: 'r', step: 0, state: 'running' } })).toBe('in_progress');
    expect(stateOf({ role: 'external' })).toBe('external');
  });

  it('is no success where a check did not pass or it is too old', () => {
    const there = { role: 'materialized', latest };
    const check = (...results: { latest: CheckResult }[]) => results as unknown as Asset['checks'];
    expect(stateOf({ ...there, checks: check(result(true)) })).toBe('present');
    expect(stateOf({ ...there, checks: check(result(false, 'warn')) })).toBe('check_warned');
    expect(stateOf({ ...there, checks: check(result(false, 'warn')), late: true })).toBe('late');
    expect(stateOf({ ...there, checks: check(result(false), result(false, 'warn')), late: true })).toBe('check_failed');
    expect(stateOf({ ...there, failed, checks: check(result(false)) })).toBe('failed');
  });

  it('has a word for each check and for the worst of them', () => {
    expect(checkState({})).toBe('never');
    expect(checkState(result(false, 'warn'))).toBe('warned');
    expect(worstCheck([result(true), result(false, 'warn'), {}])).toBe('warned');
    expect(worstCheck([result(true), {}])).toBe('never');
    expect(worstCheck([result(true), result(false)])).toBe('failed');
    expect(worstCheck([])).toBeUndefined();
  });
});
