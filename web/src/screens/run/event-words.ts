// Entries of the event log in words.
import type { LogEvent, Step } from '@/api/types';
import type { Tone } from '@/design/states';
import { shortId } from '@/lib/format';

const TONES: [pattern: RegExp, tone: Tone][] = [
  [/_(failed|lost|refused)$/, 'bad'],
  [/_(succeeded|passed|materialized|observed)$/, 'good'],
  [/_(retried|canceling|warned)$/, 'warn'],
  [/_(queued)$/, 'wait'],
  [/_(started)$/, 'busy'],
];

/** `step_retried` as `Step retried`. */
export const eventLabel = (kind: string): string => {
  const words = kind.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
};

export function eventTone({ kind, data }: Pick<LogEvent, 'kind' | 'data'>): Tone {
  if (kind === 'check_failed' && data?.severity === 'warn') return 'warn';
  return TONES.find(([pattern]) => pattern.test(kind))?.[1] ?? 'none';
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** What an entry says beyond its kind. */
export function eventDetail({ kind, data = {} }: Pick<LogEvent, 'kind' | 'data'>): string {
  const parts = [
    kind === 'run_queued' && typeof data.steps === 'number' && `${data.steps} steps`,
    typeof data.attempt === 'number' && data.attempt > 0 && `attempt ${data.attempt}`,
    text(data.cause),
    text(data.class) && text(data.class) !== 'failure' && text(data.class),
    text(data.message),
    text(data.reason),
    text(data.description),
    text(data.by) && `by ${text(data.by)}`,
    text(data.version) && `version ${shortId(String(data.version))}`,
  ];
  return parts.filter(Boolean).join(': ');
}

/** The entries of a list and those that came over the live connection, each once, in order. */
export function merged(listed: readonly LogEvent[], live: readonly LogEvent[]): LogEvent[] {
  const last = listed.at(-1)?.seq ?? -1;
  const later = live.filter(({ seq }) => seq > last);
  return later.length === 0 ? [...listed] : [...listed, ...later];
}

export type EventFilter = { kinds?: readonly string[]; text?: string; step?: number };

export function filterEvents(
  events: readonly LogEvent[],
  steps: readonly Step[],
  { kinds, text: wanted = '', step }: EventFilter,
): LogEvent[] {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  return events.filter((event) => {
    if (kinds?.length && !kinds.includes(event.kind)) return false;
    if (step !== undefined && event.step !== step) return false;
    if (words.length === 0) return true;
    const name = event.step === null || event.step === undefined ? '' : steps[event.step]?.name;
    const all = `${event.kind} ${name} ${event.asset ?? ''} ${event.subject ?? ''} ${eventDetail(event)}`.toLowerCase();
    return words.every((word) => all.includes(word));
  });
}

/** The kinds that there are with how often each happened. */
export function kindCounts(events: readonly LogEvent[]): [kind: string, count: number][] {
  const counts = new Map<string, number>();
  for (const { kind } of events) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => a.localeCompare(b));
}
