import type { StateCounts } from '@/api/types';
import { lookOf } from '@/design/states';
import { sharesOf } from '@/lib/state-counts';
import styles from './state-bar.module.css';

/** How the assets of a group are, as parts of a bar. What else they are (stale, late) stands beside it as numbers. */
export function StateBar({ counts }: { counts: StateCounts }) {
  const shares = sharesOf(counts);
  const words = shares.map(({ state, count }) => `${count} ${lookOf('asset', state).label.toLowerCase()}`).join(', ');
  return (
    <div className={styles.bar} role="img" aria-label={words} title={words}>
      {shares.map(({ state, count }) => (
        <span key={state} className={styles[state]} style={{ flexGrow: count }} />
      ))}
    </div>
  );
}
