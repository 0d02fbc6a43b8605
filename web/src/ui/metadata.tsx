// Metadata as its types ask for. Nothing of it is trusted: Markdown becomes elements, links are checked, text is text.
import { type ReactNode, useState } from 'react';
import type { MetadataValue } from '@/api/types';
import { number } from '@/lib/format';
import { isLine, readLineage, readSchema, readTable, type TableValue, unitOf } from '@/lib/metadata';
import { inUnit } from '@/lib/units';
import { Button } from './button';
import { CopyId } from './copy';
import { Json } from './json';
import { KeyValue } from './key-value';
import { AssetLink } from './links';
import { Markdown, safeHref } from './markdown';
import styles from './metadata.module.css';
import { Tag } from './status';
import { Time } from './time';

export type MetadataProps = { metadata: Record<string, MetadataValue> };

/** Facts: short ones as a list of names and values, the others below it, each under its name. */
export function Metadata({ metadata }: MetadataProps) {
  const all = Object.entries(metadata);
  const lines = all.filter(([, value]) => isLine(value));
  const blocks = all.filter(([, value]) => !isLine(value));
  return (
    <div className={styles.metadata}>
      {lines.length > 0 && (
        <KeyValue items={lines.map(([name, value]) => [name, <Line key={name} name={name} value={value} />])} />
      )}
      {blocks.map(([name, value]) => (
        <section key={name} className={styles.block} aria-label={name}>
          <h3>{name}</h3>
          <Block name={name} value={value} />
        </section>
      ))}
    </div>
  );
}

function Line({ name, value }: { name: string; value: MetadataValue }): ReactNode {
  switch (value.type) {
    case 'int':
      return <Figure name={name} value={value.value} />;
    case 'float':
      return typeof value.value === 'number' ? <Figure name={name} value={value.value} /> : String(value.value);
    case 'bool':
      return value.value ? 'yes' : 'no';
    case 'url':
      return <Url href={value.value} />;
    case 'path':
      return <CopyId id={value.value} what="path" form="whole" />;
    case 'timestamp':
      return <Time at={new Date(value.value / 1_000)} ahead />;
    default:
      return String(value.value);
  }
}

function Figure({ name, value }: { name: string; value: number }) {
  const unit = unitOf(name);
  return <span title={unit === 'plain' ? undefined : number(value)}>{inUnit(value, unit)}</span>;
}

function Url({ href }: { href: string }) {
  const safe = safeHref(href);
  if (!safe) return <span className="mono">{href}</span>;
  return (
    <a href={safe} target="_blank" rel="noreferrer noopener">
      {href}
    </a>
  );
}

function Block({ name, value }: { name: string; value: MetadataValue }): ReactNode {
  switch (value.type) {
    case 'markdown':
      return <Markdown text={value.value} />;
    case 'text':
      return <pre className={styles.text}>{value.value}</pre>;
    case 'table': {
      const table = readTable(value.value);
      return table ? <DataTable table={table} label={name} /> : <Json value={value.value} label={name} />;
    }
    case 'table_schema':
      return <Schema value={value.value} label={name} />;
    case 'column_lineage':
      return <Lineage value={value.value} label={name} />;
    default:
      return <Json value={value.value} label={name} />;
  }
}

const FIRST_ROWS = 20;

/** A small table as it was recorded. */
export function DataTable({ table, label }: { table: TableValue; label: string }) {
  const [all, setAll] = useState(false);
  const rows = all ? table.rows : table.rows.slice(0, FIRST_ROWS);
  const numeric = table.columns.map((_, at) => rows.every((row) => row[at] === null || typeof row[at] === 'number'));
  return (
    <>
      <Scroll label={label}>
        <thead>
          <tr>
            {table.columns.map((column, at) => (
              <th key={column} scope="col" data-end={numeric[at] || undefined}>
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the rows have no other name and never change.
            <tr key={index}>
              {table.columns.map((column, at) => (
                <td key={column} data-end={numeric[at] || undefined}>
                  <Cell value={row[at]} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </Scroll>
      {rows.length < table.rows.length && (
        <div>
          <Button size="small" onClick={() => setAll(true)}>
            Show all {number(table.rows.length)} rows
          </Button>
        </div>
      )}
    </>
  );
}

function Cell({ value }: { value: unknown }) {
  if (value === null || value === undefined) return <span className={styles.null}>null</span>;
  // Digits are not grouped: a number in a table may be an id.
  if (typeof value === 'object') return <code>{JSON.stringify(value)}</code>;
  return String(value);
}

function Schema({ value, label }: { value: unknown; label: string }) {
  const columns = readSchema(value);
  if (!columns) return <Json value={value} label={label} />;
  const described = columns.some(({ description, tags }) => description || (tags && Object.keys(tags).length > 0));
  return (
    <Scroll label={label}>
      <thead>
        <tr>
          <th scope="col">Column</th>
          <th scope="col">Type</th>
          <th scope="col">Null</th>
          {described && <th scope="col">What it holds</th>}
        </tr>
      </thead>
      <tbody>
        {columns.map(({ name, type, nullable, description, tags }) => (
          <tr key={name}>
            <td className="mono">{name}</td>
            <td className="mono">{type}</td>
            <td>{nullable ? 'may be null' : <span className="muted">never</span>}</td>
            {described && (
              <td>
                {description}{' '}
                {Object.entries(tags ?? {}).map(([tag, text]) => (
                  <Tag key={tag} name={tag} value={text} />
                ))}
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </Scroll>
  );
}

function Lineage({ value, label }: { value: unknown; label: string }) {
  const columns = readLineage(value);
  if (!columns) return <Json value={value} label={label} />;
  return (
    <Scroll label={label}>
      <thead>
        <tr>
          <th scope="col">Column</th>
          <th scope="col">Comes from</th>
        </tr>
      </thead>
      <tbody>
        {columns.map(([column, from]) => (
          <tr key={column}>
            <td className="mono">{column}</td>
            <td>
              {from.length === 0 && <span className="muted">nothing upstream</span>}
              <ul className={styles.from}>
                {from.map((ref) => (
                  <li key={`${ref.asset}.${ref.column}`}>
                    <AssetLink assetKey={ref.asset} />
                    <span className="muted"> · </span>
                    <span className="mono">{ref.column}</span>
                  </li>
                ))}
              </ul>
            </td>
          </tr>
        ))}
      </tbody>
    </Scroll>
  );
}

function Scroll({ label, children }: { label: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what can be scrolled must be reachable by keyboard.
    <section className={styles.scroll} tabIndex={0} aria-label={`Table ${label}`}>
      <table className={styles.table}>{children}</table>
    </section>
  );
}
