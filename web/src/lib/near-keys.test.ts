import { expect, it } from 'vitest';
import { nearKeys } from './near-keys';

const KEYS = ['raw/orders', 'clean/orders', 'clean/customers', 'curated/orders', 'daily_revenue'];

it('finds what is spelled alike, or has the same name elsewhere', () => {
  expect(nearKeys(KEYS, 'clean/order', 3)).toEqual(['clean/orders']);
  expect(nearKeys(KEYS, 'Clean/Orders', 3)[0]).toBe('clean/orders');
  expect(nearKeys(KEYS, 'shop/orders', 3)).toEqual(['raw/orders', 'clean/orders', 'curated/orders']);
  expect(nearKeys(KEYS, 'no/such', 3)).toEqual([]);
});
