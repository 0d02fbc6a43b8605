import type { Tick } from '@/api/types';
import { number } from '@/lib/format';
import { RunMark } from '@/ui/run-mark';
import { StatusBadge } from '@/ui/status';
import { Time } from '@/ui/time';
import { TwoLines } from '@/ui/two-lines';
import styles from './schedules.module.css';

/** What came of the latest tick: its run, or why there is none. */
export function LastTick({ tick }: { tick: Tick | null | undefined }) {
  if (!tick) return <span className="muted">No tick yet</span>;
  const { outcome, due_at, count, run, reason } = tick;
  return (
    <TwoLines
      first={
        <span className={styles.last}>
          <StatusBadge kind="tick" state={outcome} shape="plain">
            {count > 1 ? `Skipped ${number(count)} ticks` : undefined}
          </StatusBadge>
          <Time at={due_at} />
        </span>
      }
      second={run ? <RunMark run={run} /> : <span title={reason ?? ''}>{reason}</span>}
    />
  );
}
