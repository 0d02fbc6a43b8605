import { expect, it } from 'vitest';
import { findKeys } from './find-keys';

const KEYS = ['raw/orders', 'clean/orders', 'curated/order_items', 'curated/daily_revenue', 'orders/raw', 'reorders'];

it.each([
  ['orders', ['raw/orders', 'clean/orders', 'orders/raw', 'reorders']],
  ['order cur', ['curated/order_items']],
  ['REV', ['curated/daily_revenue']],
  ['', []],
  ['nothing', []],
])('finds %s', (text, found) => {
  expect(findKeys(KEYS, text, 10)).toEqual(found);
});
