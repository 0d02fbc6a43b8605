import { expect, it } from 'vitest';
import { shortPaths } from './labels';

it('keeps as much before a name as tells its assets apart', () => {
  const keys = ['raw/orders', 'clean/orders', 'curated/orders', 'raw/alone', 'shop/eu/rows', 'shop/us/rows', 'rows'];
  expect(Object.fromEntries(shortPaths(keys))).toEqual({
    'raw/orders': 'r…/',
    'clean/orders': 'cl…/',
    'curated/orders': 'cu…/',
    'shop/eu/rows': '…eu/',
    'shop/us/rows': '…us/',
    rows: '',
  });
});

it('tells apart where one begins as the other', () => {
  expect([...shortPaths(['a/x', 'a/b/x', 'ab/x']).values()].sort()).toEqual(['a/', 'a/b/', 'ab/']);
});
