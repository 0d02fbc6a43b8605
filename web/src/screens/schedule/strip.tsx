import { cx } from '@/lib/class';
import { absolute } from '@/lib/time';
import styles from './schedule.module.css';
import { type TickRow, tickEnd, tickSummary } from './ticks';

/** As many as fit beside each other on a wide page. */
const SHOWN = 60;

/** The latest ticks as bars, old to new: tall where a run was launched, in the colour of what came of it. */
export function TickStrip({ rows }: { rows: readonly TickRow[] }) {
  const latest = rows.slice(0, SHOWN).reverse();
  if (latest.length < 2) return null;
  return (
    <div className={styles.strip} role="img" aria-label={`The last ${latest.length} ticks: ${tickSummary(latest)}`}>
      {latest.map((row) => {
        const { tone, words, shape } = tickEnd(row);
        return (
          <span
            key={row.tick.seq}
            className={cx(styles.bar, shape === 'tall' && styles.tall)}
            style={{ background: `var(--${tone}-fill)` }}
            title={`${absolute(new Date(row.tick.due_at))}: ${words}`}
          />
        );
      })}
    </div>
  );
}
