import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { lookOf, type StateKind, type Tone } from '@/design/states';
import { cx } from '@/lib/class';
import styles from './status.module.css';

type StateProps = { kind: StateKind; state: string };

export type StatusBadgeProps = StateProps & {
  /** `pill` stands out, `plain` is for dense tables. */
  shape?: 'pill' | 'plain';
  /** Other words than the state's own, such as `Failed twice`. */
  children?: ReactNode;
};

/** A state as icon and word, in its colour. */
export function StatusBadge({ kind, state, shape = 'pill', children }: StatusBadgeProps) {
  const { tone, icon: Icon, label, spins } = lookOf(kind, state);
  return (
    <span className={cx(styles.badge, styles[tone], shape === 'plain' && styles.plain)} data-state={state}>
      <Icon size={14} aria-hidden className={cx(spins && styles.spins)} />
      <span className={styles.label}>{children ?? label}</span>
    </span>
  );
}

/** A state as an icon alone, for places where the word stands in a column head or beside it. */
export function StatusIcon({ kind, state, size = 15 }: StateProps & { size?: number }) {
  const { tone, icon: Icon, label, spins } = lookOf(kind, state);
  return (
    <Icon size={size} role="img" aria-label={label} className={cx(styles.icon, styles[tone], spins && styles.spins)} />
  );
}

/** Some words in the colour of a state, with an icon. */
export function ToneBadge({ tone, icon: Icon, children }: { tone: Tone; icon: LucideIcon; children: ReactNode }) {
  return (
    <span className={cx(styles.badge, styles[tone])}>
      <Icon size={14} aria-hidden />
      <span className={styles.label}>{children}</span>
    </span>
  );
}

export type TagProps = { name?: string; value?: string; icon?: LucideIcon };

/** A tag, a kind or an owner. */
export function Tag({ name, value, icon: Icon }: TagProps) {
  return (
    <span className={styles.tag} title={name && value ? `${name}=${value}` : (value ?? name)}>
      {Icon && <Icon size={12} aria-hidden />}
      {name && <span className={value ? styles.name : undefined}>{name}</span>}
      {value && <span className="truncate">{value}</span>}
    </span>
  );
}

export const Tags = ({ children }: { children: ReactNode }) => <span className={styles.tags}>{children}</span>;
