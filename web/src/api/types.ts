// Short names for the wire types. Everything here comes from the OpenAPI document, except what pending.ts holds.
import type * as pending from './pending';
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
export type Staleness = Schemas['Staleness'];
export type Status = Schemas['Status'];
export type Step = Schemas['Step'];
export type StepState = Schemas['StepState'];
export type Tick = Schemas['Tick'];
export type TickOutcome = Schemas['TickOutcome'];
export type Trigger = Schemas['Trigger'];
export type Version = Schemas['Version'] & { duration_ms?: number };
export type Worker = Schemas['Worker'] & pending.WorkerExtra;
export type WorkerState = Schemas['WorkerState'];

/** An entry of the event log, as the stream sends it. */
export type LogEvent = Omit<Schemas['Event'], 'data'> & { data?: Record<string, unknown> };

export type GraphNode = Schemas['GraphNode'] & pending.GraphNodeExtra;
export type Graph = Omit<Schemas['Graph'], 'nodes' | 'edges'> & {
  nodes: GraphNode[];
  edges: [string, string][];
} & pending.GraphExtra;

/** One part of a list, and where the next one starts. */
export type Page<T> = { items: T[]; next?: string | null };

export type * from './pending';
