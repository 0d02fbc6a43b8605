// What went wrong in a run, told once: the steps that failed, and the others grouped by why they never ran.
import type { Step } from '@/api/types';

export type Skipped = { cause: string; steps: Step[] };

export type TroubleOf = { failed: Step[]; retrying: Step[]; skipped: Skipped[] };

export function troubleOf(steps: readonly Step[]): TroubleOf {
  const causes = new Map<string, Step[]>();
  for (const step of steps) {
    if (step.state !== 'skipped') continue;
    const cause = step.cause ?? 'no reason was recorded';
    causes.set(cause, [...(causes.get(cause) ?? []), step]);
  }
  return {
    failed: steps.filter(({ state }) => state === 'failed'),
    retrying: steps.filter(({ state }) => state === 'retry_wait'),
    skipped: [...causes]
      .map(([cause, such]) => ({ cause, steps: such }))
      .sort((a, b) => b.steps.length - a.steps.length),
  };
}

const CHECK_CAUSE = /^check (\S+) on (\S+) failed$/;

/** The check that a cause speaks of, so that it can be a link. */
export function checkOf(cause: string): { check: string; asset: string } | undefined {
  const found = CHECK_CAUSE.exec(cause);
  return found?.[1] && found[2] ? { check: found[1], asset: found[2] } : undefined;
}
