import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { SearchX } from 'lucide-react';
import { schedulesQuery } from '@/api/queries';
import type { Schedule } from '@/api/types';
import { useMedia } from '@/lib/media';
import { ButtonLink } from '@/ui/button';
import { cli } from '@/ui/copy';
import { LoadedPanel } from '@/ui/loaded-panel';
import { Page, Panel } from '@/ui/page';
import { ShellMenu } from '@/ui/shell-menu';
import { EmptyState } from '@/ui/states';
import { RunNow, ScheduleSwitch } from '../schedules/controls';
import { TickHistory } from './history';
import styles from './schedule.module.css';
import { Definition, LastRun, NextTicks } from './side';

const route = getRouteApi('/schedules/$schedule');

export default function ScheduleScreen() {
  const { schedule: name } = route.useParams();
  const query = useQuery(schedulesQuery());
  const schedule = query.data?.find((each) => each.name === name);
  const beside = useMedia('(min-width: 1024px)');
  return (
    <Page
      title={name}
      above={<Link to="/schedules">Schedules</Link>}
      height={beside && schedule ? 'fill' : 'flow'}
      below={schedule && <Below schedule={schedule} />}
      actions={
        schedule && (
          <>
            <ShellMenu commands={commands(schedule)} />
            <RunNow schedule={schedule} form="button" />
          </>
        )
      }
    >
      <LoadedPanel query={query} what="The schedule could not be loaded">
        {() => (schedule ? <Body schedule={schedule} /> : <Missing name={name} />)}
      </LoadedPanel>
    </Page>
  );
}

const commands = ({ name, switch: is }: Schedule) => [
  { label: is === 'on' ? 'Switch it off' : 'Switch it on', command: cli('schedule', is === 'on' ? 'off' : 'on', name) },
  { label: 'What came of its ticks', command: cli('schedule', 'ticks', name) },
  { label: 'When it ticks next', command: cli('schedule', 'preview', name) },
];

const Below = ({ schedule }: { schedule: Schedule }) => (
  <div className={styles.below}>
    <ScheduleSwitch schedule={schedule} />
    <span>{schedule.when}</span>
  </div>
);

const Body = ({ schedule }: { schedule: Schedule }) => (
  <div className={styles.body}>
    <div className={styles.main}>
      <TickHistory schedule={schedule.name} />
    </div>
    <div className={styles.side}>
      <NextTicks schedule={schedule} />
      <LastRun schedule={schedule} />
      <Definition schedule={schedule} />
    </div>
  </div>
);

function Missing({ name }: { name: string }) {
  return (
    <Panel>
      <EmptyState
        icon={SearchX}
        title={`No schedule is named ${name}`}
        actions={<ButtonLink to="/schedules">All schedules</ButtonLink>}
      >
        The definitions that are live do not declare it. A deploy may have renamed it or taken it away.
      </EmptyState>
    </Panel>
  );
}
