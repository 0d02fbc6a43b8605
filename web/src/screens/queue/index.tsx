import { useQuery } from '@tanstack/react-query';
import { queueQuery } from '@/api/queries';
import type { Queue } from '@/api/types';
import { plural } from '@/lib/format';
import { cli } from '@/ui/copy';
import { Page, Panel } from '@/ui/page';
import { ShellMenu } from '@/ui/shell-menu';
import { Loaded } from '@/ui/states';
import { Pools } from './pools';
import { QueuedRuns } from './runs';
import { WaitingSteps } from './steps';

const COMMANDS = [
  { label: 'What waits, and why', command: cli('queue') },
  { label: 'Pools with their use', command: cli('pool', 'ls') },
  { label: 'Hold a pool back', command: cli('pool', 'set', 'NAME', '0') },
];

export default function QueueScreen() {
  const query = useQuery(queueQuery());
  return (
    <Page
      title="Queue"
      below={query.data && <span className="muted">{summary(query.data)}</span>}
      actions={<ShellMenu commands={COMMANDS} />}
    >
      <Pools />
      {query.data ? (
        <>
          <QueuedRuns queue={query.data} />
          <WaitingSteps queue={query.data} />
        </>
      ) : (
        <Panel title="What waits">
          <Loaded query={query} what="The leader could not be asked what waits">
            {() => null}
          </Loaded>
        </Panel>
      )}
    </Page>
  );
}

function summary({ runs, waiting_steps }: Queue): string {
  if (runs.length === 0 && waiting_steps === 0) return 'Nothing waits';
  const waiting: [number, string][] = [
    [runs.length, 'run'],
    [waiting_steps, 'step'],
  ];
  const words = waiting.filter(([count]) => count > 0).map(([count, what]) => plural(count, what));
  return `${words.join(' and ')} ${runs.length + waiting_steps === 1 ? 'waits' : 'wait'}`;
}
