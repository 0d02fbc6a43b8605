// What to show first: the step and the stream that somebody who opens the logs most likely looks for.
import type { LogStream, Step } from '@/api/types';
import type { StepMarks } from '../step-checks';

/**
 * The step that was asked for; else one that failed, else one that runs, else one whose check did not pass, else the last one
 * that did something.
 */
export function chooseStep(
  steps: readonly Step[],
  wanted: number | undefined,
  marks: StepMarks = new Map(),
): Step | undefined {
  const asked = wanted === undefined ? undefined : steps.find(({ no }) => no === wanted);
  const first = (state: Step['state']) => steps.find((step) => step.state === state);
  const ran = steps.filter(({ attempt }) => attempt > 0);
  const marked = (state: string) => steps.find(({ no }) => marks.get(no)?.state === state);
  const wrong = marked('check_failed') ?? marked('check_warned');
  return asked ?? first('failed') ?? first('retry_wait') ?? first('running') ?? wrong ?? ran.at(-1) ?? steps[0];
}

/** What a failed step said to stderr, else the first stream with something in it. */
export function chooseStream(sizes: Record<string, number>, step: Pick<Step, 'state'>): LogStream {
  const order: LogStream[] =
    step.state === 'failed' || step.state === 'retry_wait' ? ['stderr', 'stdout', 'log'] : ['stdout', 'log', 'stderr'];
  return order.find((stream) => (sizes[stream] ?? 0) > 0) ?? 'stdout';
}
