import type { Tone } from '@/design/states';
import { cx } from '@/lib/class';
import { number } from '@/lib/format';
import styles from './meter.module.css';

export type MeterProps = {
  used: number;
  /** How much there is; without it nothing limits, and no bar is drawn. */
  limit: number | undefined;
  tone?: Tone;
};

/** Up to so many slots are drawn one by one, since they can be counted at a glance. */
const COUNTABLE = 12;

/** How much of something is in use: `3 of 8`, and the same drawn as slots or as a bar. */
export function Meter({ used, limit, tone = 'busy' }: MeterProps) {
  if (limit === undefined) return <span>{number(used)} in use</span>;
  return (
    <span className={styles.meter} style={{ '--fill': `var(--${tone}-fill)` } as React.CSSProperties}>
      <span className={styles.bar} aria-hidden>
        {limit <= COUNTABLE ? (
          Array.from({ length: limit }, (_, slot) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a slot is its place.
            <span key={slot} className={cx(styles.slot, slot < used && styles.used)} />
          ))
        ) : (
          <span className={styles.whole}>
            <span className={styles.part} style={{ width: `${Math.min(100, (used / limit) * 100)}%` }} />
          </span>
        )}
      </span>
      <span className={styles.text}>
        {number(used)} of {number(limit)}
      </span>
    </span>
  );
}
