import { describe, expect, it } from 'vitest';
import { isLine, numberOf, readLineage, readSchema, readTable, unitOf } from './metadata';

describe('metadata', () => {
  it('reads tables and refuses what is none', () => {
    expect(readTable({ columns: ['a'], rows: [[1], 'no row'] })).toEqual({ columns: ['a'], rows: [[1]] });
    expect(readTable({ rows: [] })).toBeUndefined();
    expect(readTable(null)).toBeUndefined();
  });

  it('reads the columns of a schema; a column may be null unless it says otherwise', () => {
    expect(readSchema({ columns: [{ name: 'id', type: 'int', nullable: false }, { name: 'x' }] })).toEqual([
      { name: 'id', type: 'int', description: undefined, nullable: false, tags: undefined },
      { name: 'x', type: '', description: undefined, nullable: true, tags: undefined },
    ]);
    expect(readSchema([])).toBeUndefined();
  });

  it('reads column lineage', () => {
    expect(readLineage({ total: [{ asset: 'a/b', column: 'c' }], odd: 'text' })).toEqual([
      ['total', [{ asset: 'a/b', column: 'c' }]],
      ['odd', []],
    ]);
  });

  it('takes numbers only where they can be plotted', () => {
    expect(numberOf({ type: 'int', value: 3 })).toBe(3);
    expect(numberOf({ type: 'float', value: 'NaN' })).toBeUndefined();
    expect(numberOf({ type: 'text', value: '3' })).toBeUndefined();
  });

  it('keeps short values on a line', () => {
    expect(isLine({ type: 'text', value: 'orders' })).toBe(true);
    expect(isLine({ type: 'text', value: 'two\nlines' })).toBe(false);
    expect(isLine({ type: 'json', value: 1 })).toBe(false);
  });

  it.each([
    ['process/peak_memory_bytes', 'bytes'],
    ['bytes', 'bytes'],
    ['wall_seconds', 'seconds'],
    ['took_ms', 'milliseconds'],
    ['items', 'plain'],
    ['rows', 'plain'],
  ])('%s counts %s', (name, unit) => expect(unitOf(name)).toBe(unit));
});
