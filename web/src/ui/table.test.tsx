import { fireEvent, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { describe, expect, it, vi } from 'vitest';
import { type Column, type Sort, Table } from './table';

type Row = { id: string; size: number };
const ROWS: Row[] = Array.from({ length: 30 }, (_, index) => ({ id: `row-${index}`, size: index }));
const COLUMNS: Column<Row>[] = [
  { id: 'id', head: 'Id', width: '1fr', sortable: true, cell: ({ id }) => id },
  { id: 'size', head: 'Size', width: '4rem', cell: ({ size }) => <a href={`#${size}`}>{size}</a> },
];

const common = { label: 'Rows', rows: ROWS, columns: COLUMNS, rowKey: ({ id }: Row) => id, height: 'content' as const };
const focused = () => document.activeElement?.getAttribute('data-index');

function Chooser() {
  const [keys, setKeys] = useState<ReadonlySet<string>>(new Set());
  return <Table {...common} selection={{ keys, onChange: setKeys }} />;
}

describe('the table', () => {
  it('says how many rows it has', () => {
    render(<Table {...common} />);
    expect(screen.getByRole('grid', { name: 'Rows' }).getAttribute('aria-rowcount')).toBe('31');
  });

  it('is one stop of the keyboard, which moves through its rows and opens them', async () => {
    const opened = vi.fn();
    render(<Table {...common} onOpen={opened} />);
    const rows = screen.getAllByRole('row').slice(1);
    expect(rows.filter(({ tabIndex }) => tabIndex === 0)).toHaveLength(1);
    rows[0]?.focus();
    await userEvent.keyboard('{ArrowDown}{ArrowDown}');
    await vi.waitFor(() => expect(focused()).toBe('2'));
    await userEvent.keyboard('{End}');
    await vi.waitFor(() => expect(focused()).toBe('29'));
    await userEvent.keyboard('{Enter}');
    expect(opened).toHaveBeenCalledExactlyOnceWith(ROWS[29]);
  });

  it('opens a row by a click, but not when the click was meant for a link in it', () => {
    const opened = vi.fn();
    render(<Table {...common} onOpen={opened} />);
    fireEvent.click(screen.getByText('row-3'));
    fireEvent.click(screen.getByRole('link', { name: '4' }));
    expect(opened).toHaveBeenCalledExactlyOnceWith(ROWS[3]);
  });

  it('chooses rows with Space, by box, and all at once', async () => {
    render(<Chooser />);
    const chosen = () =>
      screen
        .getAllByRole('row')
        .filter((row) => row.ariaSelected === 'true' || row.getAttribute('aria-selected') === 'true');
    screen.getAllByRole('row')[1]?.focus();
    await userEvent.keyboard(' ');
    await userEvent.click(screen.getByRole('checkbox', { name: 'Choose row-5' }));
    expect(chosen()).toHaveLength(2);
    await userEvent.click(screen.getByRole('checkbox', { name: 'Choose all rows' }));
    expect(chosen()).toHaveLength(30);
    await userEvent.click(screen.getByRole('checkbox', { name: 'Choose all rows' }));
    expect(chosen()).toHaveLength(0);
  });

  it('turns the order around', async () => {
    const sorted = vi.fn<(sort: Sort) => void>();
    const { rerender } = render(<Table {...common} sort={{ by: 'size', order: 'up' }} onSort={sorted} />);
    await userEvent.click(screen.getByRole('button', { name: 'Id' }));
    rerender(<Table {...common} sort={{ by: 'id', order: 'up' }} onSort={sorted} />);
    const head = screen.getByRole('columnheader', { name: 'Id' });
    expect(head.getAttribute('aria-sort')).toBe('ascending');
    await userEvent.click(within(head).getByRole('button'));
    expect(sorted.mock.calls).toEqual([[{ by: 'id', order: 'up' }], [{ by: 'id', order: 'down' }]]);
  });

  it('asks for more when its end is in view', () => {
    const more = vi.fn();
    render(<Table {...common} onEnd={more} />);
    expect(more).toHaveBeenCalled();
  });

  it('puts only what is in view into the page', () => {
    // This page has no layout, so the frame is told how large it is.
    vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(600);
    vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(800);
    const many = Array.from({ length: 10_000 }, (_, index) => ({ id: `row-${index}`, size: index }));
    render(<Table {...common} rows={many} height="fill" />);
    expect(screen.getAllByRole('row').length).toBeGreaterThan(10);
    expect(screen.getAllByRole('row').length).toBeLessThan(80);
  });
});
