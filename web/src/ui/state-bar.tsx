import type { StateCounts } from '@/api/types';
import { lookOf } from '@/design/states';
import { type Share, sharesOf } from '@/lib/state-counts';
import styles from './state-bar.module.css';

const WORDS: Partial<Record<Share['state'], string>> = {
  check_failed: 'with a failed check',
  check_warned: 'with a check that warns',
};

const wordsOf = (state: Share['state']) => WORDS[state] ?? lookOf('asset', state).label.toLowerCase();

/** How the assets of a group are, as parts of a bar. What else they are (stale, late) stands beside it as numbers. */
export function StateBar({ counts }: { counts: StateCounts }) {
  const shares = sharesOf(counts);
  const words = shares.map(({ state, count }) => `${count} ${wordsOf(state)}`).join(', ');
  return (
    <div className={styles.bar} role="img" aria-label={words} title={words}>
      {shares.map(({ state, count }) => (
        <span key={state} data-state={state} style={{ flexGrow: count }} />
      ))}
    </div>
  );
}
