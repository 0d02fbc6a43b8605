import { describe, expect, it } from 'vitest';
import { inOrder, readLimit } from './pools';

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

describe('the order of pools', () => {
  it('puts those that something waits for first, then counts as people do', () => {
    const pool = (name: string, waiting?: number) => ({ name, waiting });
    const pools = [pool('pool_10'), pool('pool_2'), pool('busy', 3), pool('busier', 7)];
    expect(inOrder(pools).map(({ name }) => name)).toEqual(['busier', 'busy', 'pool_2', 'pool_10']);
  });
});
