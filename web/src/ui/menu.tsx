import { Menu as Base } from '@base-ui/react/menu';
import { Check, type LucideIcon } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import { cx } from '@/lib/class';
import styles from './menu.module.css';

export type MenuProps = {
  /** The button that opens it. */
  trigger: ReactElement<Record<string, unknown>>;
  align?: 'start' | 'end';
  children: ReactNode;
};

export function Menu({ trigger, align = 'end', children }: MenuProps) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner className={styles.layer} align={align} sideOffset={4}>
          <Base.Popup className={styles.popup}>{children}</Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

export type MenuItemProps = {
  icon?: LucideIcon;
  look?: 'plain' | 'danger';
  onSelect: () => void;
  disabled?: boolean;
  children: ReactNode;
};

export function MenuItem({ icon: Icon, look = 'plain', onSelect, disabled, children }: MenuItemProps) {
  return (
    <Base.Item className={cx(styles.item, look === 'danger' && styles.danger)} onClick={onSelect} disabled={disabled}>
      {Icon && <Icon size={15} aria-hidden />}
      {children}
    </Base.Item>
  );
}

export type MenuCheckProps = {
  checked: boolean;
  onChange: (checked: boolean) => void;
  count?: number;
  children: ReactNode;
};

/** An item that is on or off; the menu stays open, so that several can be changed. */
export function MenuCheck({ checked, onChange, count, children }: MenuCheckProps) {
  return (
    <Base.CheckboxItem className={styles.item} checked={checked} onCheckedChange={onChange} closeOnClick={false}>
      <span className={styles.box}>{checked && <Check size={11} aria-hidden strokeWidth={3} />}</span>
      {children}
      {count !== undefined && <span className={styles.count}>{count}</span>}
    </Base.CheckboxItem>
  );
}

export type MenuChoiceProps<T extends string> = {
  label: string;
  value: T;
  options: { value: T; label: string; icon?: LucideIcon }[];
  onChange: (value: T) => void;
};

/** One of several. */
export function MenuChoice<T extends string>({ label, value, options, onChange }: MenuChoiceProps<T>) {
  return (
    <Base.Group>
      <Base.GroupLabel className={styles.heading}>{label}</Base.GroupLabel>
      <Base.RadioGroup value={value} onValueChange={(next) => onChange(next as T)}>
        {options.map(({ value: each, label: name, icon: Icon }) => (
          <Base.RadioItem key={each} value={each} className={styles.item} closeOnClick>
            {Icon && <Icon size={15} aria-hidden />}
            {name}
            <Base.RadioItemIndicator className={styles.count}>
              <Check size={14} aria-hidden />
            </Base.RadioItemIndicator>
          </Base.RadioItem>
        ))}
      </Base.RadioGroup>
    </Base.Group>
  );
}
