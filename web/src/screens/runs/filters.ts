// What the address says about which runs to list, as the server and as the command line take it.
import type { RunFilter } from '@/api/queries';
import type { Run } from '@/api/types';
import { cli } from '@/ui/copy';

export const SPANS = [
  { value: '1h', label: 'Last hour', ms: 3_600_000 },
  { value: '24h', label: 'Last 24 hours', ms: 86_400_000 },
  { value: '7d', label: 'Last 7 days', ms: 7 * 86_400_000 },
  { value: '30d', label: 'Last 30 days', ms: 30 * 86_400_000 },
] as const;

export type RunSearch = { state?: string[]; tag?: string; schedule?: string; root?: string; since?: string };

/** The instant that a span such as `24h` or an instant as text stands for. */
export function sinceOf(text: string | undefined, now: number): string | undefined {
  if (!text) return undefined;
  const span = SPANS.find(({ value }) => value === text);
  const at = span ? now - span.ms : Date.parse(text);
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}

export const filterOf = (search: RunSearch, now: number): RunFilter => ({
  state: search.state,
  tag: search.tag,
  schedule: search.schedule,
  root: search.root,
  since: sinceOf(search.since, now),
});

/** The command that lists the same. The command line knows spans, not instants, and no chains. */
export function listCommand({ state = [], tag, schedule, since }: RunSearch): string {
  const words = ['runs', 'ls', ...state.flatMap((each) => ['--state', each])];
  if (tag) words.push('--tag', tag);
  if (schedule) words.push('--schedule', schedule);
  if (SPANS.some(({ value }) => value === since)) words.push('--since', since ?? '');
  return cli(...words);
}

export type ChainMark = 'retry' | 'retried' | undefined;

/** Which of the runs are retries, and which of them were retried, as far as the list tells. */
export function chainMarks(runs: readonly Run[]): (run: Run) => ChainMark {
  const retried = new Set(runs.flatMap(({ trigger }) => (trigger.kind === 'retry' ? [trigger.of] : [])));
  return (run) => (run.id !== run.root ? 'retry' : retried.has(run.id) ? 'retried' : undefined);
}

export const isActive = ({ state }: Pick<Run, 'state'>): boolean =>
  state === 'queued' || state === 'running' || state === 'canceling';
export const isRetryable = ({ state }: Pick<Run, 'state'>): boolean => state === 'failed' || state === 'canceled';
