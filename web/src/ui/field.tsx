import { CircleAlert, Search } from 'lucide-react';
import { type ComponentProps, type ReactNode, useEffect, useId, useState } from 'react';
import { cx } from '@/lib/class';
import styles from './field.module.css';

export type FieldProps = {
  label: ReactNode;
  help?: ReactNode;
  fault?: ReactNode;
  children: (ids: { id: string; 'aria-describedby': string | undefined; 'aria-invalid': boolean }) => ReactNode;
};

/** A label, a control, and what is wrong with it. */
export function Field({ label, help, fault, children }: FieldProps) {
  const id = useId();
  const note = fault || help ? `${id}-note` : undefined;
  return (
    <div className={styles.field}>
      <label htmlFor={id} className={styles.label}>
        {label}
      </label>
      {children({ id, 'aria-describedby': note, 'aria-invalid': Boolean(fault) })}
      {fault ? (
        <span id={note} className={styles.fault}>
          <CircleAlert size={14} aria-hidden />
          <span>{fault}</span>
        </span>
      ) : (
        help && (
          <span id={note} className={styles.help}>
            {help}
          </span>
        )
      )}
    </div>
  );
}

export const TextInput = ({ className, ...props }: ComponentProps<'input'>) => (
  <input type="text" spellCheck={false} autoComplete="off" {...props} className={cx(styles.input, className)} />
);

export const SelectInput = ({ className, ...props }: ComponentProps<'select'>) => (
  <select {...props} className={cx(styles.input, className)} />
);

export type SearchInputProps = {
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** How long to wait for the next letter before it counts. */
  delay?: number;
};

/** A text to look for. It shows every letter at once and tells of them when the typing pauses. */
export function SearchInput({ label, value, onChange, delay = 150 }: SearchInputProps) {
  const [typed, setTyped] = useState(value);
  const [told, setTold] = useState(value);
  if (value !== told) {
    // The value changed from outside, as with the back button.
    setTold(value);
    setTyped(value);
  }
  useEffect(() => {
    if (typed === told) return;
    const timer = setTimeout(() => {
      setTold(typed);
      onChange(typed);
    }, delay);
    return () => clearTimeout(timer);
  }, [typed, told, onChange, delay]);
  return (
    <div className={styles.search}>
      <Search size={15} aria-hidden />
      <TextInput
        type="search"
        aria-label={label}
        placeholder={label}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
      />
    </div>
  );
}
