import { expect, it } from 'vitest';
import { keyTerm } from './selection';

it.each([
  ['raw/orders', 'raw/orders'],
  ['a.b-c_d/e', 'a.b-c_d/e'],
  ['not', 'key:"not"'],
  ['with space/x', 'key:"with space/x"'],
  ['a+', 'key:"a+"'],
])('%s is selected by %s', (key, term) => {
  expect(keyTerm(key)).toBe(term);
});
