// Short names for the wire types. Everything comes from the OpenAPI document; what it calls an object without saying more gets
// its fields here.
import type { components } from './schema';

type Schemas = components['schemas'];

export type Asset = Schemas['Asset'];
export type AssetCheck = Schemas['AssetCheck'];
export type AssetDetail = Schemas['AssetDetail'];
export type Attempt = Schemas['Attempt'];
export type CheckResult = Schemas['CheckResult'];
export type Commanded = Schemas['Commanded'];
export type Deploy = Schemas['Deploy'];
export type Deployment = Schemas['Deployment'];
export type Failure = Schemas['Failure'];
export type Job = Schemas['Job'];
export type Launched = Schemas['Launched'];
export type LaunchRequest = Schemas['LaunchRequest'];
export type LogPage = Schemas['LogPage'];
export type LogStream = Schemas['LogStream'];
export type MetadataValue = Schemas['MetadataValue'];
export type NodeState = Schemas['NodeState'];
export type ParsedSelection = Schemas['ParsedSelection'];
export type Pool = Schemas['Pool'];
export type Preview = Schemas['Preview'];
export type Problem = Schemas['Problem'];
export type Queue = Schemas['Queue'];
export type Resource = Schemas['Resource'];
export type Run = Schemas['Run'];
export type RunDetail = Schemas['RunDetail'];
export type RunState = Schemas['RunState'];
export type Schedule = Schemas['Schedule'];
export type Severity = Schemas['Severity'];
export type StaleCause = Schemas['StaleCause'];
export type Staleness = Schemas['Staleness'];
export type Status = Schemas['Status'];
export type Step = Schemas['Step'];
export type StepState = Schemas['StepState'];
export type Tick = Schemas['Tick'];
export type TickOutcome = Schemas['TickOutcome'];
export type Trigger = Schemas['Trigger'];
export type Version = Schemas['Version'];
export type Worker = Schemas['Worker'];
export type WorkerStep = Schemas['WorkerStep'];
export type WorkerState = Schemas['WorkerState'];

/** An entry of the event log, as the stream sends it. */
export type LogEvent = Omit<Schemas['Event'], 'data'> & { data?: Record<string, unknown> };

export type StateCounts = Schemas['StateCounts'];
export type GraphGroup = Schemas['GraphGroup'];
export type Graph = Schemas['Graph'];
export type GraphNode = Schemas['GraphNode'];

export type AssetBrief = Schemas['AssetBrief'];
export type GroupSummary = Schemas['GroupSummary'];
export type NextTick = Schemas['NextTick'];
export type Overview = Schemas['Overview'];
export type Series = Schemas['Series'];
export type SeriesPoint = Schemas['SeriesPoint'];

/** One part of a list, and where the next one starts. */
export type Page<T> = { items: T[]; next?: string | null };

export type Changes = Schemas['Changes'];
export type SnapshotDiff = Schemas['SnapshotDiff'];
export type DiffKind = keyof SnapshotDiff;

export type AlertSeverity = Schemas['AlertSeverity'];
export type AlertKind = Schemas['SignalKind'];
export type AlertChannel = Schemas['AlertChannel'];
export type QuietHours = { from: string; to: string; zone: string };
/** So often within so many milliseconds. */
export type AlertThreshold = { count: number; within: number };
export type AlertPolicy = Omit<Schemas['AlertPolicy'], 'quiet' | 'threshold'> & {
  quiet?: QuietHours | null;
  threshold?: AlertThreshold | null;
};

/** What is wrong; which of the others are there follows from the kind. */
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
export type IncidentState = Schemas['IncidentState'];
export type Incident = Omit<Schemas['Incident'], 'cause'> & { cause: IncidentCause };
export type Delivery = Schemas['Delivery'];
export type DeliveryState = Schemas['DeliveryState'];
export type IncidentDetail = Incident & { deliveries: Delivery[] };
