import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { plural } from '@/lib/format';
import { Button } from './button';
import styles from './chosen-bar.module.css';

export type ChosenBarProps = {
  count: number;
  /** What is chosen, for one: `asset`. */
  what: string;
  onClear: () => void;
  /** What can be done with it. */
  children: ReactNode;
};

/** How many rows of a table are chosen, and what can be done with them. */
export const ChosenBar = ({ count, what, onClear, children }: ChosenBarProps) => (
  <section className={styles.bar} aria-label={`Chosen ${what}s`}>
    <span className={styles.count}>{plural(count, what)} chosen</span>
    {children}
    <Button look="quiet" icon={X} onClick={onClear}>
      Clear
    </Button>
  </section>
);
