import type { ReactNode } from 'react';
import styles from './key-value.module.css';

export type KeyValueProps = { items: [name: ReactNode, value: ReactNode][] };

/** Names and values; what has no value is left out. */
export function KeyValue({ items }: KeyValueProps) {
  const there = items.filter(([, value]) => value !== undefined && value !== null && value !== false && value !== '');
  return (
    <dl className={styles.list}>
      {there.map(([name, value], index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the order of the names is fixed.
        <Entry key={index} name={name} value={value} />
      ))}
    </dl>
  );
}

function Entry({ name, value }: { name: ReactNode; value: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}
