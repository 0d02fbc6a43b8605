// Steps that succeeded and whose checks did not pass: what they made is there, and something is wrong with it.
import type { CheckResult, Step } from '@/api/types';
import { checkState } from '@/lib/asset-state';
import { plural } from '@/lib/format';
import { checkOf } from './trouble-words';

export type StepMark = {
  /** Errors weigh more than warnings: one of them makes the mark. */
  state: 'check_failed' | 'check_warned';
  /** The checks of that kind, each once. */
  checks: { asset?: string; check: string }[];
};

export type StepMarks = ReadonlyMap<number, StepMark>;

/** The marks of steps by their number. What a step itself says counts even where its check results are not there (yet). */
export function marksOf(steps: readonly Step[], results: readonly CheckResult[]): StepMarks {
  const marks = new Map<number, StepMark>();
  const add = (no: number, state: StepMark['state'], check: StepMark['checks'][number]) => {
    const before = marks.get(no);
    if (!before || (before.state === 'check_warned' && state === 'check_failed')) {
      marks.set(no, { state, checks: [check] });
      return;
    }
    const known = before.checks.some((each) => each.check === check.check && each.asset === check.asset);
    if (before.state === state && !known) before.checks.push(check);
  };
  for (const { no, state, cause } of steps) {
    const check = state === 'succeeded' && cause ? checkOf(cause) : undefined;
    if (check) add(no, 'check_failed', check);
  }
  for (const result of results) {
    const word = checkState({ latest: result });
    if (result.step === undefined || result.step === null || word === 'passed' || word === 'never') continue;
    add(result.step, `check_${word}`, { asset: result.asset ?? undefined, check: result.check });
  }
  return marks;
}

/** A mark in words that name the check: `Check is_unique failed`. */
export function markWords({ state, checks }: StepMark): string {
  const [first] = checks;
  const verb = state === 'check_failed' ? 'failed' : checks.length === 1 ? 'warns' : 'warn';
  return checks.length === 1 && first ? `Check ${first.check} ${verb}` : `${plural(checks.length, 'check')} ${verb}`;
}

/** All its checks by name, for where there is room. */
export const markTitle = ({ checks }: StepMark): string =>
  checks.map(({ asset, check }) => (asset ? `${check} on ${asset}` : check)).join(', ');

/** How a step is shown: one that succeeded and whose check did not pass is no plain success. */
export const shownState = ({ no, state }: Step, marks: StepMarks): string =>
  state === 'succeeded' ? (marks.get(no)?.state ?? state) : state;

/** The checks that failed with an error, each in the words that the server has for it. */
export const brokenChecks = (marks: StepMarks): string[] =>
  [...marks.values()]
    .filter(({ state }) => state === 'check_failed')
    .flatMap(({ checks }) =>
      checks.flatMap(({ asset, check }) => (asset ? [`check ${check} on ${asset} failed`] : [])),
    );
