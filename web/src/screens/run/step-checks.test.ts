import { expect, it } from 'vitest';
import type { CheckResult, Step } from '@/api/types';
import { countMarked, markSaid, marksOf, markTitle, markWords, saidBy, shownState } from './step-checks';

const step = (no: number, state: Step['state'], cause?: string) => ({ no, name: `s${no}`, state, cause }) as Step;
const result = (of: number | null, check: string, passed: boolean, severity: 'error' | 'warn' = 'error') =>
  ({ step: of, asset: 'a/b', check, passed, severity, seq: 1 }) as CheckResult;

it('marks what failed a check, and what only warns', () => {
  const steps = [step(0, 'succeeded'), step(1, 'succeeded'), step(2, 'succeeded'), step(3, 'failed')];
  const marks = marksOf(steps, [
    result(0, 'is_unique', false),
    result(0, 'is_small', false, 'warn'),
    result(1, 'is_small', false, 'warn'),
    result(2, 'is_unique', true),
    result(3, 'is_unique', false),
    result(null, 'by_hand', false),
  ]);
  expect(steps.map((each) => shownState(each, marks))).toEqual(['check_failed', 'check_warned', 'succeeded', 'failed']);
  expect([...marks.values()].map(markWords)).toEqual([
    'Check is_unique failed',
    'Check is_small warns',
    'Check is_unique failed',
  ]);
});

it('believes what the step says before its results are there, and tells the check once', () => {
  const steps = [step(0, 'succeeded', 'check is_unique on a/b failed'), step(1, 'skipped', 'check x on a/b failed')];
  expect([...marksOf(steps, []).keys()]).toEqual([0]);
  const mark = marksOf(steps, [result(0, 'is_unique', false), result(0, 'has_rows', false)]).get(0);
  expect(mark && markWords(mark)).toBe('2 checks failed');
  expect(mark && markTitle(mark)).toBe('is_unique on a/b, has_rows on a/b');
});

it('says what the checks found, and counts what succeeded with them', () => {
  const steps = [
    step(0, 'succeeded', 'check is_unique on a/b failed'),
    step(1, 'succeeded'),
    step(2, 'failed'),
    step(3, 'succeeded'),
  ];
  const marks = marksOf(steps, [
    { ...result(0, 'is_unique', false), description: '3 ids are there twice' },
    { ...result(1, 'is_small', false, 'warn'), description: '9 GB' },
    { ...result(1, 'is_new', false, 'warn') },
    result(2, 'is_unique', false),
  ]);
  expect([...marks.values()].map(markSaid)).toEqual([
    'is_unique: 3 ids are there twice',
    'is_small: 9 GB',
    'Check is_unique failed',
  ]);
  expect(saidBy(marks, { asset: 'a/b', check: 'is_unique' })).toBe('3 ids are there twice');
  expect(countMarked(steps, marks)).toEqual({ check_failed: 1, check_warned: 1 });
});
