import { expect, it } from 'vitest';
import { moveRow } from './table-keys';

it.each([
  ['ArrowDown', 0, 1],
  ['ArrowDown', 9, 9],
  ['k', 5, 4],
  ['ArrowUp', 0, 0],
  ['PageDown', 2, 6],
  ['PageUp', 2, 0],
  ['End', 2, 9],
  ['Home', 2, 0],
  ['x', 2, undefined],
])('%s from row %i', (key, from, to) => {
  expect(moveRow(key, from, 10, 4)).toBe(to);
});

it('does not move in an empty list', () => {
  expect(moveRow('End', 0, 0, 4)).toBeUndefined();
});
