// Alerts in words.
import type { AlertKind, AlertPolicy, AlertThreshold, Incident, IncidentCause, QuietHours } from '@/api/types';

const UNITS: [number, string, string][] = [
  [86_400_000, 'day', 'days'],
  [3_600_000, 'h', 'h'],
  [60_000, 'min', 'min'],
  [1_000, 's', 's'],
];

/** A round length of time, as people set it: `15 min`, `1 day`, `90 min`. */
export function span(ms: number): string {
  const [unit, one, many] = UNITS.find(([size]) => ms >= size && ms % size === 0) ?? [1, 'ms', 'ms'];
  const count = ms / unit;
  return `${count} ${count === 1 ? one : many}`;
}

export const quietWords = ({ from, to, zone }: QuietHours): string =>
  `Messages wait from ${from} to ${to}${from > to ? ' the next day' : ''}, ${zone}. What is over by then is not told.`;

export const thresholdWords = ({ count, within }: AlertThreshold): string =>
  `Only when it happens ${count} times within ${span(within)}`;

export const intervalWords = (ms: number): string =>
  ms === 0 ? 'Each repeat is told' : `Repeats of an incident are told once in ${span(ms)} at most`;

const KINDS: Record<AlertKind, string> = {
  run_failed: 'Run failed',
  asset_failed: 'Asset failed',
  check_failed: 'Check failed',
  asset_late: 'Asset late',
  schedule_missed: 'Schedule missed',
  run_long: 'Run takes too long',
  worker_lost: 'Worker lost',
  deploy_broken: 'Deploy refused',
};

export const ALERT_KINDS = Object.keys(KINDS) as AlertKind[];

export const kindWords = (kind: string): string => KINDS[kind as AlertKind] ?? kind.replaceAll('_', ' ');

const TOPICS: Record<string, string> = {
  'alert.opened': 'New',
  'alert.repeated': 'Again',
  'alert.acknowledged': 'Taken',
  'alert.resolved': 'Over',
  'alert.test': 'Test',
};

/** What a message says of its incident. */
export const topicWords = (topic: string): string => TOPICS[topic] ?? topic;

export const isTest = (topic: string): boolean => topic === 'alert.test';

const CHANNELS: Record<string, string> = {
  slack_webhook: 'Slack, incoming webhook',
  slack_bot: 'Slack, bot with a thread per incident',
  webhook: 'Webhook, signed JSON',
  email: 'E-mail',
  teams: 'Microsoft Teams',
  pagerduty: 'PagerDuty',
};

export const channelWords = (kind: string): string => CHANNELS[kind] ?? kind.replaceAll('_', ' ');

/** `a run failed` as the start of a sentence. */
export const sentence = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

/** The title as a heading; names of assets keep their letters. */
export const headline = ({ title, cause }: Pick<Incident, 'title' | 'cause'>): string =>
  cause.kind === 'asset' || cause.kind === 'late' ? title : sentence(title);

/** What a policy is about. */
export function scopeWords({ select, assets }: Pick<AlertPolicy, 'select' | 'assets'>): string {
  if (!select) return 'Everything';
  return assets === 1 ? '1 asset' : `${assets ?? 'some'} assets`;
}

/** What an incident is about, in the words of the product. */
export function causeName({ kind, asset, check, line, schedule, run, worker, location }: IncidentCause): string {
  switch (kind) {
    case 'asset':
    case 'late':
      return asset ?? '';
    case 'check':
      return `${check} on ${asset}`;
    case 'runs':
      return line ?? '';
    case 'schedule':
      return schedule ?? '';
    case 'long':
      return run ?? '';
    case 'worker':
      return worker ?? '';
    case 'deploy':
      return location ?? '';
  }
}

/** Whether nobody is told of it now. What is over has nothing to tell, and a silence ends by itself. */
export const isMuted = ({ state, muted_until }: Pick<Incident, 'state' | 'muted_until'>, now: number): boolean =>
  state !== 'resolved' && Boolean(muted_until) && Date.parse(muted_until ?? '') > now;

/** Why no message about an incident was sent: the policies that watch it by their names, and what holds them back. */
export function whyNobody(
  incident: Pick<Incident, 'state' | 'muted_until' | 'policies'>,
  policies: readonly Pick<AlertPolicy, 'name' | 'channels' | 'muted_until'>[],
  now: number,
): { words: string; policies: string[] } {
  const watching = policies.filter(({ name }) => incident.policies.includes(name));
  const names = watching.map(({ name }) => name);
  const one = names.length === 1;
  if (watching.length > 0 && watching.every(({ channels }) => channels.length === 0)) {
    return {
      words: `The ${one ? 'policy that watches it names' : 'policies that watch it name'} no channel`,
      policies: names,
    };
  }
  if (isMuted(incident, now)) return { words: 'The incident is muted', policies: [] };
  const muted = ({ muted_until }: { muted_until?: string | null }) => Date.parse(muted_until ?? '') > now;
  const speaking = watching.filter(({ channels }) => channels.length > 0);
  if (speaking.length > 0 && speaking.every(muted)) {
    return {
      words: `The ${one ? 'policy that watches it is' : 'policies that watch it are'} muted`,
      policies: speaking.map(({ name }) => name),
    };
  }
  if (watching.length === 0) return { words: 'The policies that watched it are declared no more', policies: [] };
  return {
    words: 'It waits for more of it, for the end of quiet hours, or to be worth telling again',
    policies: names,
  };
}

export type IncidentFilter = { q?: string; severity?: string[]; kind?: string[] };

export function shownIncidents(incidents: readonly Incident[], { q = '', severity, kind }: IncidentFilter): Incident[] {
  const words = q.toLowerCase().split(/\s+/).filter(Boolean);
  return incidents.filter((incident) => {
    if (severity && !severity.includes(incident.severity)) return false;
    if (kind && !kind.includes(incident.kind)) return false;
    const { title, error = '', owners, policies, affected } = incident;
    const text = [title, error, causeName(incident.cause), ...owners, ...policies, ...affected]
      .join('\n')
      .toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
