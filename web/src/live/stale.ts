// Which data an event makes old. Pure, so that the whole mapping can be read and tested in one place.
import { type Key, keys } from '@/api/keys';
import type { LogEvent } from '@/api/types';

/** Everything, for what this page does not know: a newer server may tell of things that an older page never heard of. */
export const EVERYTHING: Key = [];

/** What a deploy may have changed; results of old runs stay what they were. */
const DEFINITIONS: Key[] = [
  keys.overview,
  keys.graph,
  keys.assets,
  ['asset'],
  keys.schedules,
  ['schedule'],
  keys.deployments,
  keys.deploys,
  keys.jobs,
  keys.resources,
  keys.pools,
  keys.selection,
  keys.policies,
  keys.channels,
];

/** What shows things that the event log has no entry for: a step that started, a message that was delivered. */
export const MOVED: Key[] = [['run'], keys.graph, ['asset'], keys.queue, keys.workers, keys.deliveries, ['incident']];

/** The query keys whose data the event made old; a key stands for all keys that start with it. */
export function staleKeys(event: Pick<LogEvent, 'kind' | 'run' | 'asset' | 'subject'>): Key[] {
  const { kind } = event;
  const run = event.run ? [keys.run(event.run)] : [];
  const asset = event.asset ? [keys.asset(event.asset)] : [['asset']];
  const subject = event.subject ?? '';

  if (kind.startsWith('run_')) {
    return [...run, keys.runs, keys.overview, keys.queue, keys.status, keys.graph, keys.assets, ['asset'], keys.pools];
  }
  if (kind.startsWith('step_')) {
    return [...run, keys.graph, keys.assets, ['asset'], keys.queue, keys.pools, keys.workers];
  }
  if (kind.startsWith('asset_')) return [...run, ...asset, keys.overview, keys.graph, keys.assets];
  if (kind.startsWith('check_')) return [...run, ...asset, keys.overview, keys.graph, keys.assets];
  if (kind.startsWith('worker_')) return [keys.workers, keys.queue, keys.overview];
  if (kind.startsWith('tick_')) return [keys.schedule(subject), keys.schedules, keys.overview];
  if (kind.startsWith('incident_')) {
    return [keys.incident(subject), keys.incidents, keys.policies, keys.deliveries, keys.overview];
  }
  switch (kind) {
    case 'deployed':
      return DEFINITIONS;
    case 'deploy_refused':
      return [keys.deploys, keys.deployments, keys.overview];
    case 'schedule_moved':
      return [keys.schedule(subject), keys.schedules, keys.overview];
    case 'pool_set':
      return [keys.pools, keys.queue];
    case 'alert_policy_muted':
      return [keys.policies];
    case 'command':
      // A command is told by what it changes, but a message that is sent for a test changes nothing else.
      return subject.startsWith('alert') ? [keys.deliveries, keys.channels] : [];
    default:
      return [EVERYTHING];
  }
}
