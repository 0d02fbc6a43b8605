import type { StateCounts } from '@/api/types';
import { lookOf } from '@/design/states';
import styles from './state-bar.module.css';

/** The states that every asset is in exactly one of; stale and late come on top of them. */
const PARTS = ['failed', 'in_progress', 'present', 'missing', 'external'] as const;

/** How the assets of a group are, as parts of a bar. The numbers stand beside it. */
export function StateBar({ counts }: { counts: StateCounts }) {
  const parts = PARTS.filter((state) => counts[state] > 0);
  const words = parts.map((state) => `${counts[state]} ${lookOf('asset', state).label.toLowerCase()}`);
  return (
    <div className={styles.bar} role="img" aria-label={words.join(', ')} title={words.join(', ')}>
      {parts.map((state) => (
        <span key={state} className={styles[state]} style={{ flexGrow: counts[state] }} />
      ))}
    </div>
  );
}
