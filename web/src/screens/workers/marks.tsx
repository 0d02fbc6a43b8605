// Small facts of a worker that may need a look.
import { useQuery } from '@tanstack/react-query';
import { Archive, CircleCheck, TriangleAlert } from 'lucide-react';
import { deploymentsQuery, statusQuery, workersQuery } from '@/api/queries';
import type { Worker } from '@/api/types';
import { absolute, duration } from '@/lib/time';
import { ToneMark } from '@/ui/tone-mark';
import { codeOf } from './fleet';

/**
 * How long a worker was silent when the list was read. It is no growing time: a worker that stays silent for its lease
 * is told by an event, and turns lost here by itself.
 */
export function Heard({ worker: { heard_at } }: { worker: Worker }) {
  const { dataUpdatedAt } = useQuery(workersQuery());
  if (!heard_at) return <span className="muted">–</span>;
  const heard = new Date(heard_at);
  const silent = Math.max(0, dataUpdatedAt - heard.getTime());
  const title = `Heard at ${absolute(heard)}, as of ${absolute(new Date(dataUpdatedAt))}. A worker that stays silent turns lost here by itself.`;
  return <span title={title}>{silent < 1_000 ? 'just now' : `${duration(silent)} ago`}</span>;
}

const OTHER =
  'It was built from other definitions than those that are live. Steps of the same name run with the code that it has.';

export function Code({ worker }: { worker: Worker }) {
  const { data } = useQuery(deploymentsQuery());
  const code = codeOf(worker, data);
  if (code === 'live') {
    return (
      <ToneMark tone="good" icon={CircleCheck}>
        As deployed
      </ToneMark>
    );
  }
  if (code === 'unknown') return <span className="muted">Not deployed</span>;
  return (
    <ToneMark tone="warn" icon={Archive} title={OTHER}>
      Other definitions
    </ToneMark>
  );
}

export function Version({ worker: { version } }: { worker: Worker }) {
  const server = useQuery(statusQuery()).data?.version;
  if (!server || server === version) return <>{version}</>;
  return (
    <ToneMark
      tone="warn"
      icon={TriangleAlert}
      title={`The server is ${server}. Build the worker with the same version.`}
    >
      {version}
    </ToneMark>
  );
}
