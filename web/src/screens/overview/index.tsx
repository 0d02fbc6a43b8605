import { useQuery } from '@tanstack/react-query';
import { Boxes } from 'lucide-react';
import { overviewQuery } from '@/api/queries';
import type { Overview } from '@/api/types';
import { CliHint, cli } from '@/ui/copy';
import { Page, Panel } from '@/ui/page';
import { EmptyState, Loaded, SkeletonRows } from '@/ui/states';
import { Attention } from './attention';
import { Groups } from './groups';
import styles from './overview.module.css';
import { Timeline } from './timeline';
import { Next, Today } from './today';
import { Vitals } from './vitals';

export default function OverviewScreen() {
  const query = useQuery(overviewQuery());
  return (
    <Page title="Overview">
      <Loaded query={query} what="The overview could not be loaded" skeleton={<SkeletonRows rows={12} />}>
        {(overview) => (overview.assets.total === 0 ? <FirstSteps /> : <Everything overview={overview} />)}
      </Loaded>
    </Page>
  );
}

function Everything({ overview }: { overview: Overview }) {
  return (
    <>
      <Vitals overview={overview} />
      <Timeline next={overview.next} />
      <div className={styles.columns}>
        <div className={styles.column}>
          <Attention failing={overview.failing} late={overview.late} />
          <Groups groups={overview.groups} />
        </div>
        <div className={styles.column}>
          <Today today={overview.today} />
          <Next next={overview.next} />
        </div>
      </div>
    </>
  );
}

function FirstSteps() {
  return (
    <Panel>
      <EmptyState
        icon={Boxes}
        title="No assets are deployed yet"
        actions={<CliHint command={cli('init', 'my-project')} />}
      >
        <p>
          Headwater runs what you declare. Make a project with the command below, start it, and its assets are here; or
          deploy one that you have with <code>headwater deploy</code>.
        </p>
      </EmptyState>
    </Panel>
  );
}
