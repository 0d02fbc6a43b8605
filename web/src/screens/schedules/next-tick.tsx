import { useNow } from '@/lib/clock';
import { calendar, differs } from '@/lib/when';
import { Time } from '@/ui/time';
import { TwoLines } from '@/ui/two-lines';
import styles from './schedules.module.css';

type Next = { at: string | undefined; zone: string; on: boolean };

/** When a schedule ticks next; of one that is off, when it would. */
export function NextTick({ at, zone, on }: Next) {
  const now = useNow(60_000);
  if (!at) return <span className="muted">Never</span>;
  const words = calendar(new Date(at), now);
  if (!on) return <TwoLines first={<span className="muted">–</span>} second={`if on, ${words}`} />;
  const there = differs(new Date(at), zone) ? ` (${calendar(new Date(at), now, zone)} there)` : '';
  return (
    <TwoLines
      first={
        <span className={styles.next}>
          <Time at={at} ahead />
        </span>
      }
      second={`${words}${there}`}
    />
  );
}
