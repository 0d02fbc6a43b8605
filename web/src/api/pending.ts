// Types of endpoints that the OpenAPI document does not have yet. A type moves to types.ts when the document gains it;
// this file is deleted when it is empty.
import type { Deploy } from './types';

export type StateCounts = {
  total: number;
  missing: number;
  present: number;
  failed: number;
  in_progress: number;
  stale: number;
  late: number;
  external: number;
};

export type GroupSummary = { group: string; counts: StateCounts };

export type AssetBrief = { key: string; group: string; owners: string[]; at?: string; run?: string; reason: string };

export type NextTick = { schedule: string; at: string; selection: string };

export type Overview = {
  seq: number;
  assets: StateCounts;
  groups: GroupSummary[];
  checks: { passed: number; warned: number; failed: number; never: number };
  failing: AssetBrief[];
  late: AssetBrief[];
  runs: { queued: number; running: number; canceling: number };
  today: {
    since: string;
    materializations: number;
    observations: number;
    runs_succeeded: number;
    runs_failed: number;
    deploys: Deploy[];
    failed_checks: number;
  };
  next: NextTick[];
  open_incidents: number;
};

export type GraphNodeExtra = {
  x?: number;
  y?: number;
  layer?: number;
  staleness?: 'missing' | 'stale' | 'fresh' | 'external';
  late?: boolean;
  owners?: string[];
  members?: number;
  counts?: StateCounts;
};

export type GraphGroup = { name: string; nodes: number; collapsed: boolean; counts: StateCounts };

export type GraphExtra = { groups?: GraphGroup[]; width?: number; height?: number };

export type SeriesPoint = {
  seq: number;
  at: string;
  run?: string;
  duration_ms?: number;
  values: Record<string, number>;
};

export type Series = { points: SeriesPoint[] };

export type FieldChange = { field: string; was: unknown; now: unknown };

export type Changes = {
  added: string[];
  removed: string[];
  changed: { name: string; fields: FieldChange[] }[];
};

export type DiffKind = 'assets' | 'steps' | 'checks' | 'schedules' | 'jobs' | 'alerts' | 'channels' | 'pools';

export type SnapshotDiff = Record<DiffKind, Changes>;

export type WorkerStep = { run: string; step: number; name: string; since?: string };

export type WorkerExtra = { steps?: WorkerStep[]; heard_at?: string };

export type AlertSeverity = 'info' | 'warning' | 'critical';

export type AlertKind =
  | 'run_failed'
  | 'asset_failed'
  | 'check_failed'
  | 'asset_late'
  | 'schedule_missed'
  | 'run_long'
  | 'worker_lost'
  | 'deploy_broken';

export type AlertOn = { kind: AlertKind; [detail: string]: unknown };

export type AlertPolicy = {
  name: string;
  location: string;
  description?: string;
  on: AlertOn[];
  /** The same in words. */
  when: string;
  select?: string;
  /** How many assets it watches; absent where it watches everything. */
  assets?: number;
  severity: AlertSeverity;
  channels: string[];
  min_interval_ms: number;
  quiet?: { from: string; to: string; zone: string };
  threshold?: { count: number; within: number };
  /** What its channels miss, which keeps it from telling anybody. */
  missing?: string[];
  muted_until?: string;
  open_incidents: number;
  source?: { file: string; line: number; column?: number };
};

export type ChannelKind = 'slack_webhook' | 'slack_bot' | 'webhook' | 'email' | 'teams' | 'pagerduty';

export type AlertChannel = {
  name: string;
  location: string;
  kind: string;
  /** Where it goes, without what is secret. */
  target: string;
  missing?: string;
  policies: string[];
  waiting: number;
  error?: string;
};

export type IncidentState = 'open' | 'acknowledged' | 'resolved';

export type IncidentCause = {
  kind: 'asset' | 'check' | 'late' | 'runs' | 'schedule' | 'long' | 'worker' | 'deploy';
  asset?: string;
  check?: string;
  partition?: string;
  line?: string;
  schedule?: string;
  run?: string;
  worker?: string;
  location?: string;
};

export type Incident = {
  id: string;
  state: IncidentState;
  severity: AlertSeverity;
  kind: AlertKind;
  title: string;
  cause: IncidentCause;
  error?: string;
  policies: string[];
  /** Channels that were told. */
  channels: string[];
  owners: string[];
  affected: string[];
  affected_count: number;
  count: number;
  opened_at: string;
  last_at: string;
  resolved_at?: string;
  acknowledged_by?: string;
  acknowledged_at?: string;
  muted_until?: string;
  run?: string;
};

export type DeliveryState = 'waiting' | 'delivered' | 'withdrawn' | 'dead';

export type Delivery = {
  seq: number;
  at: string;
  channel: string;
  topic: string;
  incident?: string;
  policy?: string;
  state: DeliveryState;
  attempts: number;
  next_at?: string;
  closed_at?: string;
  error?: string;
  title: string;
};

/** An incident with the messages about it, newest first. */
export type IncidentDetail = Incident & { deliveries: Delivery[] };
