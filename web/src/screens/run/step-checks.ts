// Steps that succeeded and whose checks did not pass: what they made is there, and something is wrong with it.
import type { CheckResult, Step } from '@/api/types';
import { checkState } from '@/lib/asset-state';
import { plural } from '@/lib/format';
import { checkOf } from './trouble-words';

export type StepMark = {
  /** Errors weigh more than warnings: one of them makes the mark. */
  state: 'check_failed' | 'check_warned';
  /** The checks of that kind, each once, with what it found. */
  checks: { asset?: string; check: string; said?: string }[];
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
    if (before.state !== state) return;
    const known = before.checks.find((each) => each.check === check.check && each.asset === check.asset);
    if (!known) before.checks.push(check);
    else known.said ??= check.said;
  };
  for (const { no, state, cause } of steps) {
    const check = state === 'succeeded' && cause ? checkOf(cause) : undefined;
    if (check) add(no, 'check_failed', check);
  }
  for (const result of results) {
    const word = checkState({ latest: result });
    if (result.step === undefined || result.step === null || word === 'passed' || word === 'never') continue;
    const { asset, check, description } = result;
    add(result.step, `check_${word}`, { asset: asset ?? undefined, check, said: description || undefined });
  }
  return marks;
}

/** A mark in words that name the check: `Check is_unique failed`. */
export function markWords({ state, checks }: StepMark): string {
  const [first] = checks;
  const verb = state === 'check_failed' ? 'failed' : checks.length === 1 ? 'warns' : 'warn';
  return checks.length === 1 && first ? `Check ${first.check} ${verb}` : `${plural(checks.length, 'check')} ${verb}`;
}

/** What the checks found, `is_unique: 3 ids are there twice`; the mark in words where none of them said anything. */
export function markSaid(mark: StepMark): string {
  const said = mark.checks.flatMap(({ check, said }) => (said ? [`${check}: ${said}`] : []));
  return said.length > 0 ? said.join('; ') : markWords(mark);
}

/** What a check found, of all that did not pass. */
export function saidBy(marks: StepMarks, { asset, check }: { asset: string; check: string }): string | undefined {
  const all = [...marks.values()].flatMap(({ checks }) => checks);
  return all.find((each) => each.asset === asset && each.check === check)?.said;
}

/** How many of the steps that succeeded did so with a check that did not pass. */
export function countMarked(steps: readonly Step[], marks: StepMarks): Record<StepMark['state'], number> {
  const counts = { check_failed: 0, check_warned: 0 };
  for (const { no, state } of steps) {
    const mark = state === 'succeeded' && marks.get(no);
    if (mark) counts[mark.state] += 1;
  }
  return counts;
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
