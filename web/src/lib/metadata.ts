// Reading the values of metadata. The server checks their shapes when they are recorded, but a page must survive what an
// older or newer server kept, so nothing here trusts them.
import type { MetadataValue } from '@/api/types';

export type TableValue = { columns: string[]; rows: unknown[][] };
export type SchemaColumn = {
  name: string;
  type: string;
  description?: string;
  nullable: boolean;
  tags?: Record<string, string>;
};
export type ColumnRef = { asset: string; column: string };

type Fields = Record<string, unknown>;
const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A table's columns and rows; undefined for anything else. */
export function readTable(value: unknown): TableValue | undefined {
  if (!isFields(value) || !Array.isArray(value.columns) || !Array.isArray(value.rows)) return undefined;
  const rows = value.rows.filter((row): row is unknown[] => Array.isArray(row));
  return { columns: value.columns.map(String), rows };
}

/** The columns of a table schema. */
export function readSchema(value: unknown): SchemaColumn[] | undefined {
  if (!isFields(value) || !Array.isArray(value.columns)) return undefined;
  return value.columns.filter(isFields).map((column) => ({
    name: String(column.name ?? ''),
    type: String(column.type ?? ''),
    description: typeof column.description === 'string' ? column.description : undefined,
    nullable: column.nullable !== false,
    tags: isFields(column.tags) ? (column.tags as Record<string, string>) : undefined,
  }));
}

/** Where each column comes from, by column. */
export function readLineage(value: unknown): [column: string, from: ColumnRef[]][] | undefined {
  if (!isFields(value)) return undefined;
  return Object.entries(value).map(([column, from]) => [
    column,
    (Array.isArray(from) ? from.filter(isFields) : []).map((ref) => ({
      asset: String(ref.asset ?? ''),
      column: String(ref.column ?? ''),
    })),
  ]);
}

/** The value as a number where it is one; NaN and the infinities are none. */
export function numberOf(value: MetadataValue): number | undefined {
  if (value.type !== 'int' && value.type !== 'float') return undefined;
  return typeof value.value === 'number' && Number.isFinite(value.value) ? value.value : undefined;
}

/** Whether a value is a line; everything else is a block of its own below the lines. */
export function isLine({ type, value }: MetadataValue): boolean {
  switch (type) {
    case 'markdown':
    case 'json':
    case 'table':
    case 'table_schema':
    case 'column_lineage':
      return false;
    case 'text':
      return value.length <= 120 && !value.includes('\n');
    default:
      return true;
  }
}

export type Unit = 'bytes' | 'seconds' | 'milliseconds' | 'plain';

/** What a number counts, told by the end of its name as teams write them. */
export function unitOf(name: string): Unit {
  if (/(^|[_/ ])bytes$/i.test(name)) return 'bytes';
  if (/(^|[_/ ])(seconds|secs)$/i.test(name)) return 'seconds';
  if (/(^|[_/ ])(milliseconds|millis|ms)$/i.test(name)) return 'milliseconds';
  return 'plain';
}
