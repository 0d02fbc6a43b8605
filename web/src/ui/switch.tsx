import { cx } from '@/lib/class';
import styles from './switch.module.css';

export type SwitchProps = {
  /** What is switched, as its name for screen readers. */
  label: string;
  on: boolean;
  onChange: (on: boolean) => void;
  /** While a change is under way it takes no other one. */
  pending?: boolean;
};

/** On or off, said by the knob's place and by the word beside it. */
export function Switch({ label, on, onChange, pending = false }: SwitchProps) {
  return (
    <button
      type="button"
      role="switch"
      aria-checked={on}
      aria-label={label}
      aria-busy={pending}
      className={cx(styles.switch, on && styles.on)}
      onClick={() => !pending && onChange(!on)}
    >
      <span className={styles.track}>
        <span className={styles.knob} />
      </span>
      <span aria-hidden>{on ? 'On' : 'Off'}</span>
    </button>
  );
}
