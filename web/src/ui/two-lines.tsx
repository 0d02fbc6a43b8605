import type { ReactNode } from 'react';
import styles from './two-lines.module.css';

/** The height of a table row that holds two lines. */
export const TWO_LINES = 48;

export type TwoLinesProps = { first: ReactNode; second?: ReactNode; align?: 'start' | 'end' };

/** What something is, and below it, quieter, more about it. */
export const TwoLines = ({ first, second, align = 'start' }: TwoLinesProps) => (
  <span className={align === 'end' ? styles.end : styles.lines}>
    <span className={styles.first}>{first}</span>
    {second && <span className={styles.second}>{second}</span>}
  </span>
);

/** Several things beside each other in one of the lines. */
export const Beside = ({ children }: { children: ReactNode }) => <span className={styles.beside}>{children}</span>;
