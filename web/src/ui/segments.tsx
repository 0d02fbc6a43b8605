import { useId } from 'react';
import styles from './segments.module.css';

export type SegmentsProps<T extends string> = {
  label: string;
  value: T;
  options: { value: T; label: string; count?: number | string }[];
  onChange: (value: T) => void;
};

/** One of a few, all in view. Radio buttons, so that arrow keys work as everywhere. */
export function Segments<T extends string>({ label, value, options, onChange }: SegmentsProps<T>) {
  const name = useId();
  return (
    <fieldset className={styles.segments}>
      <legend className="sr-only">{label}</legend>
      {options.map((option) => (
        <label key={option.value} className={styles.segment}>
          <input
            type="radio"
            name={name}
            className="sr-only"
            checked={option.value === value}
            onChange={() => onChange(option.value)}
          />
          <span className={styles.text}>
            {option.label}
            {option.count !== undefined && <span className={styles.count}>{option.count}</span>}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
