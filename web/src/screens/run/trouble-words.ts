// What went wrong in a run, told once: each step that failed with what it said and how many others never ran because of
// it, and the other reasons why steps never ran.
import type { Step } from '@/api/types';

export type FailedStep = { step: Step /** How many steps were skipped because of it. */; held: number };
export type Skipped = { cause: string; count: number };

export type TroubleOf = { failed: FailedStep[]; retrying: Step[]; skipped: Skipped[] };

/** `broken` are checks that failed, as causes say it; one that held nothing back is told as well. */
export function troubleOf(steps: readonly Step[], broken: readonly string[] = []): TroubleOf {
  const causes = new Map<string, number>();
  for (const { state, cause } of steps) {
    if (state !== 'skipped') continue;
    const words = cause ?? 'no reason was recorded';
    causes.set(words, (causes.get(words) ?? 0) + 1);
  }
  for (const cause of broken) if (!causes.has(cause)) causes.set(cause, 0);
  const failed = steps
    .filter(({ state }) => state === 'failed')
    .map((step) => {
      const cause = `${step.name} failed`;
      const held = causes.get(cause) ?? 0;
      causes.delete(cause);
      return { step, held };
    });
  return {
    failed: failed.sort((a, b) => b.held - a.held),
    retrying: steps.filter(({ state }) => state === 'retry_wait'),
    skipped: [...causes].map(([cause, count]) => ({ cause, count })).sort((a, b) => b.count - a.count),
  };
}

const CHECK_CAUSE = /^check (\S+) on (\S+) failed$/;

/** The check that a cause speaks of, so that it can be a link. */
export function checkOf(cause: string): { check: string; asset: string } | undefined {
  const found = CHECK_CAUSE.exec(cause);
  return found?.[1] && found[2] ? { check: found[1], asset: found[2] } : undefined;
}
