import { describe, expect, it } from 'vitest';
import { readLimit } from './pools';

describe('a limit as typed', () => {
  it.each([
    ['0', { limit: 0 }],
    [' 12 ', { limit: 12 }],
  ])('%o', (text, limit) => {
    expect(readLimit(text)).toEqual(limit);
  });

  it.each(['', '-1', '1.5', 'many', '1000000'])('%o is none', (text) => {
    expect(readLimit(text)).toHaveProperty('fault');
  });
});
