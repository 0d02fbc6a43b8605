import { cx } from '@/lib/class';
import { useNow } from '@/lib/clock';
import { useLive } from '@/live/live';
import { Tooltip } from '@/ui/tooltip';
import styles from './shell.module.css';

/** Whether what is shown is live. A lost connection says so, heals by itself, and can be hurried. */
export function ConnectionMark() {
  const { state, hurry } = useLive();
  if (state.is === 'lost') return <Lost retryAt={state.retryAt} hurry={hurry} />;
  const live = state.is === 'live';
  return (
    <span className={cx(styles.connection, !live && styles.connecting)} role="status">
      <span className={styles.dot} aria-hidden />
      <span>{live ? 'Live' : 'Connecting'}</span>
    </span>
  );
}

function Lost({ retryAt, hurry }: { retryAt: number; hurry: () => void }) {
  const seconds = Math.max(0, Math.ceil((retryAt - useNow(1_000)) / 1_000));
  return (
    <Tooltip text="What is shown may be old. It is brought up to date when the server answers again." side="bottom">
      <button type="button" className={cx(styles.connection, styles.lost)} onClick={hurry}>
        Not connected · {seconds > 0 ? `again in ${seconds} s` : 'trying'}
      </button>
    </Tooltip>
  );
}
