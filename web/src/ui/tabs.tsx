import { Tabs as Base } from '@base-ui/react/tabs';
import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import styles from './tabs.module.css';

export type TabsProps<T extends string> = {
  value: T;
  /** Where the tab is kept: in the address, so that it can be shared. */
  onChange: (value: T) => void;
  label: string;
  tabs: { value: T; label: string; icon?: LucideIcon; count?: number | string }[];
  /** `fill` takes the room that is left, for tabs whose content scrolls by itself. */
  height?: 'content' | 'fill';
  /** What the chosen tab shows. */
  children: ReactNode;
};

export function Tabs<T extends string>({ value, onChange, label, tabs, height, children }: TabsProps<T>) {
  return (
    <Base.Root
      value={value}
      onValueChange={(next) => onChange(next as T)}
      className={height === 'fill' ? styles.fill : undefined}
    >
      <Base.List className={styles.list} aria-label={label}>
        {tabs.map(({ value: each, label: name, icon: Icon, count }) => (
          <Base.Tab key={each} value={each} className={styles.tab}>
            {Icon && <Icon size={15} aria-hidden />}
            {name}
            {count !== undefined && <span className={styles.count}>{count}</span>}
          </Base.Tab>
        ))}
      </Base.List>
      <Base.Panel value={value} className={styles.panel}>
        {children}
      </Base.Panel>
    </Base.Root>
  );
}
