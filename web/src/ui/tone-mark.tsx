import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Tone } from '@/design/states';
import styles from './tone-mark.module.css';

export type ToneMarkProps = { tone: Tone; icon: LucideIcon; title?: string; children: ReactNode };

/** A remark in the colour of a state, without the ground of a badge: for dense tables. */
export const ToneMark = ({ tone, icon: Icon, title, children }: ToneMarkProps) => (
  <span className={styles.mark} style={{ color: `var(--${tone}-ink)` }} title={title}>
    <Icon size={14} aria-hidden />
    <span className="truncate">{children}</span>
  </span>
);
