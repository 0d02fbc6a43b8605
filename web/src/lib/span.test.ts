import { expect, it } from 'vitest';
import { sliceSpan } from './span';

it.each([
  ['group:raw', { start: 6, end: 9 }, ['group:', 'raw', '']],
  ['owner:Zoë and (', { start: 11, end: 16 }, ['owner:Zoë ', 'and (', '']],
  ['a', { start: 1, end: 1 }, ['a', '', '']],
])('%s', (text, span, parts) => {
  expect(sliceSpan(text, span)).toEqual(parts);
});
