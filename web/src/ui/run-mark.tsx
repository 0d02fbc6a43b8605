import { useQuery } from '@tanstack/react-query';
import { runQuery } from '@/api/queries';
import type { Run } from '@/api/types';
import { RunLink } from './links';
import styles from './run-mark.module.css';
import { StatusIcon } from './status';
import { Duration } from './time';

/** A run with how it is; one that this page does not have yet is asked for. */
export function RunMark({ run }: { run: string }) {
  const { data } = useQuery(runQuery(run));
  return (
    <span className={styles.mark}>
      {data && <StatusIcon kind="run" state={data.state} size={14} />}
      <RunLink run={run} />
      {data && <Took run={data} />}
    </span>
  );
}

/** How long a run took so far. */
export const Took = ({ run }: { run: Pick<Run, 'started_at' | 'ended_at'> }) =>
  run.started_at ? (
    <span className={styles.took}>
      <Duration from={run.started_at} to={run.ended_at} />
    </span>
  ) : null;
