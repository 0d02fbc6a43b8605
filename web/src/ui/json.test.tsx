import { expect, it } from 'vitest';
import { jsonTokens } from './json';

it('gives back the whole text', () => {
  const text = JSON.stringify({ 'a "b"': [1, -2.5e3, true, null, 'x: 1, "y"'], e: {} }, null, 2);
  const tokens = jsonTokens(text);
  expect(tokens.map((token) => token.text).join('')).toBe(text);
  expect(tokens.filter(({ kind }) => kind).map(({ kind }) => kind)).toEqual([
    'key',
    'number',
    'number',
    'word',
    'word',
    'string',
    'key',
  ]);
});
