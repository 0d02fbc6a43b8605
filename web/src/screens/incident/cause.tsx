// What an incident is about, as links.
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { IncidentCause } from '@/api/types';
import { AssetLink, RunLink, ScheduleLink } from '@/ui/links';
import { Tag } from '@/ui/status';

const partition = (name: string | undefined) => name && <Tag name="partition" value={name} />;

/** What is wrong, as names and values with links. */
export function causeFacts(cause: IncidentCause): [name: string, value: ReactNode][] {
  const { kind, asset, check, line, schedule, run, worker, location } = cause;
  const made: [string, ReactNode][] = asset ? [['Asset', <AssetLink key="asset" assetKey={asset} />]] : [];
  switch (kind) {
    case 'asset':
    case 'late':
      return [...made, ['Partition', partition(cause.partition)]];
    case 'check':
      return [
        [
          'Check',
          <Link key="check" to="/assets/$" params={{ _splat: asset ?? '' }} search={{ tab: 'checks', check }}>
            {check}
          </Link>,
        ],
        ...made,
        ['Partition', partition(cause.partition)],
      ];
    case 'runs':
      return [['Runs of', lineLink(line ?? '')]];
    case 'schedule':
      return [['Schedule', <ScheduleLink key="schedule" schedule={schedule ?? ''} />]];
    case 'long':
      return [['Run', <RunLink key="run" run={run ?? ''} />]];
    case 'worker':
      return [
        [
          'Worker',
          <Link key="worker" to="/workers" search={{ q: worker }}>
            {worker}
          </Link>,
        ],
      ];
    case 'deploy':
      return [
        [
          'Location',
          <Link key="location" to="/deployments" search={{ location }}>
            {location}
          </Link>,
        ],
      ];
  }
}

/** `schedule nightly` or a selection. */
function lineLink(line: string): ReactNode {
  const schedule = line.startsWith('schedule ') ? line.slice('schedule '.length) : undefined;
  if (schedule) return <ScheduleLink schedule={schedule} />;
  return (
    <Link to="/assets" search={{ select: line }} className="mono">
      {line}
    </Link>
  );
}
