// A table of any length: only the rows in view are in the page, and the keyboard moves through all of them.
import { useVirtualizer } from '@tanstack/react-virtual';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { type KeyboardEvent, type MouseEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { cx } from '@/lib/class';
import { useNarrow } from '@/lib/media';
import styles from './table.module.css';
import { moveRow } from './table-keys';

export type Column<T> = {
  id: string;
  head: ReactNode;
  cell: (row: T) => ReactNode;
  /** A track of a CSS grid: `8rem`, `minmax(12rem, 2fr)`. */
  width: string;
  align?: 'start' | 'end';
  /** `hide` leaves the column out on phones. */
  narrow?: 'show' | 'hide';
  sortable?: true;
};

export type Sort = { by: string; order: 'up' | 'down' };

export type Selection = { keys: ReadonlySet<string>; onChange: (keys: ReadonlySet<string>) => void };

export type TableProps<T> = {
  label: string;
  rows: readonly T[];
  columns: Column<T>[];
  rowKey: (row: T) => string;
  /** What a click on the row and Enter do. The row should also hold a link to the same place. */
  onOpen?: (row: T) => void;
  sort?: Sort;
  onSort?: (sort: Sort) => void;
  selection?: Selection;
  /** Called when the end comes into view; the place to load the next part. */
  onEnd?: () => void;
  /** Stands below the last row: that more is loading, or that this is all. */
  foot?: ReactNode;
  /** `fill` scrolls in the room that is left; `content` is as high as its rows, for short lists. */
  height?: 'fill' | 'content';
  rowHeight?: number;
};

export function Table<T>(props: TableProps<T>) {
  const { label, rows, rowKey, onOpen, selection, onEnd, foot, height = 'fill', rowHeight } = props;
  const columns = useColumns(props);
  const frame = useRef<HTMLDivElement>(null);
  const [focused, setFocused] = useState(0);
  const coarse = useCoarse();
  const estimate = rowHeight ?? (coarse ? 44 : 32);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => frame.current,
    estimateSize: () => estimate,
    overscan: 12,
    enabled: height === 'fill',
    initialRect: { width: 800, height: 600 },
  });
  const items = virtual.getVirtualItems();
  const lastShown = height === 'fill' ? (items.at(-1)?.index ?? 0) : rows.length - 1;
  useEffect(() => {
    if (rows.length > 0 && lastShown >= rows.length - 8) onEnd?.();
  }, [lastShown, rows.length, onEnd]);

  const current = Math.min(focused, rows.length - 1);
  const focusRow = (index: number) => {
    setFocused(index);
    if (height === 'fill') virtual.scrollToIndex(index);
    requestAnimationFrame(() => frame.current?.querySelector<HTMLElement>(`[data-index="${index}"]`)?.focus());
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    if (!(event.target instanceof HTMLElement) || event.target.role !== 'row') return;
    const page = Math.max(1, Math.floor((frame.current?.clientHeight ?? 320) / estimate) - 1);
    const next = moveRow(event.key, current, rows.length, page);
    const row = rows[current];
    if (next !== undefined) focusRow(next);
    else if (event.key === 'Enter' && row !== undefined && onOpen) onOpen(row);
    else if (event.key === ' ' && row !== undefined && selection) toggle(selection, rowKey(row));
    else return;
    event.preventDefault();
  };
  const renderRow = (index: number, start?: number) => {
    const row = rows[index] as T;
    const key = rowKey(row);
    return (
      // biome-ignore lint/a11y/useKeyWithClickEvents: the table hears the keys of all its rows.
      <div
        key={key}
        role="row"
        tabIndex={index === current ? 0 : -1}
        data-index={index}
        data-opens={onOpen ? '' : undefined}
        aria-rowindex={index + 2}
        aria-selected={selection ? selection.keys.has(key) : undefined}
        className={cx(styles.row, start !== undefined && styles.virtual)}
        style={start === undefined ? undefined : { top: start, height: estimate }}
        onFocus={() => setFocused(index)}
        onClick={(event) => onOpen && !isControl(event) && onOpen(row)}
      >
        {columns.map((column) => (
          <div key={column.id} role="gridcell" className={cx(styles.cell, column.align === 'end' && styles.end)}>
            {column.cell(row)}
          </div>
        ))}
      </div>
    );
  };
  const tracks = columns.map(({ width }) => width).join(' ');
  return (
    <div ref={frame} className={cx(styles.frame, height === 'fill' && styles.fill)}>
      <div
        role="grid"
        aria-label={label}
        aria-rowcount={rows.length + 1}
        aria-multiselectable={selection ? true : undefined}
        className={styles.table}
        style={{ '--columns': tracks } as React.CSSProperties}
        onKeyDown={onKeyDown}
      >
        <div role="rowgroup">
          <Head {...props} columns={columns} />
        </div>
        <div
          role="rowgroup"
          className={styles.body}
          style={height === 'fill' ? { height: virtual.getTotalSize() } : undefined}
        >
          {height === 'fill'
            ? items.map((item) => renderRow(item.index, item.start))
            : rows.map((_, index) => renderRow(index))}
        </div>
      </div>
      {foot && <div className={styles.more}>{foot}</div>}
    </div>
  );
}

function Head<T>({ columns, sort, onSort }: TableProps<T>) {
  return (
    <div role="row" aria-rowindex={1} className={styles.head}>
      {columns.map((column) => {
        const order = sort?.by === column.id ? sort.order : undefined;
        const Arrow = order === 'up' ? ArrowUp : ArrowDown;
        return (
          <div
            key={column.id}
            role="columnheader"
            aria-sort={order && (order === 'up' ? 'ascending' : 'descending')}
            className={cx(styles.cell, column.align === 'end' && styles.end)}
          >
            {column.sortable && onSort ? (
              <button
                type="button"
                className={styles.sort}
                onClick={() => onSort({ by: column.id, order: order === 'up' ? 'down' : 'up' })}
              >
                {column.head}
                {order && <Arrow size={12} aria-hidden />}
              </button>
            ) : (
              column.head
            )}
          </div>
        );
      })}
    </div>
  );
}

/** The columns that there is room for, with a box for choosing rows before them. */
function useColumns<T>({ columns, selection, rowKey, rows }: TableProps<T>): Column<T>[] {
  const narrow = useNarrow();
  const shown = narrow ? columns.filter((column) => column.narrow !== 'hide') : columns;
  if (!selection) return shown;
  const all = rows.length > 0 && rows.every((row) => selection.keys.has(rowKey(row)));
  const box: Column<T> = {
    id: '',
    width: '2.5rem',
    head: (
      <input
        type="checkbox"
        className={styles.check}
        aria-label="Choose all rows"
        checked={all}
        onChange={() => selection.onChange(new Set(all ? [] : rows.map(rowKey)))}
      />
    ),
    cell: (row) => (
      <input
        type="checkbox"
        tabIndex={-1}
        className={styles.check}
        aria-label={`Choose ${rowKey(row)}`}
        checked={selection.keys.has(rowKey(row))}
        onChange={() => toggle(selection, rowKey(row))}
      />
    ),
  };
  return [box, ...shown];
}

function toggle({ keys, onChange }: Selection, key: string): void {
  const next = new Set(keys);
  if (!next.delete(key)) next.add(key);
  onChange(next);
}

/** Whether a click was meant for something inside of the row. */
const isControl = (event: MouseEvent): boolean =>
  event.target instanceof Element && event.target.closest('a, button, input, label') !== null;

const useCoarse = (): boolean => {
  const [coarse] = useState(() => matchMedia('(pointer: coarse)').matches);
  return coarse;
};
