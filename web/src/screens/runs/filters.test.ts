import { describe, expect, it } from 'vitest';
import type { Run } from '@/api/types';
import { chainMarks, filterOf, listCommand, sinceOf } from './filters';

const NOW = Date.parse('2026-01-02T00:00:00Z');

describe('since', () => {
  it('takes spans and instants', () => {
    expect(sinceOf('24h', NOW)).toBe('2026-01-01T00:00:00.000Z');
    expect(sinceOf('2026-01-01T05:00:00Z', NOW)).toBe('2026-01-01T05:00:00.000Z');
    expect(sinceOf('yesterday', NOW)).toBeUndefined();
    expect(sinceOf(undefined, NOW)).toBeUndefined();
  });
});

describe('filters', () => {
  it('are what the server takes', () => {
    expect(filterOf({ state: ['failed'], since: '1h' }, NOW)).toEqual({
      state: ['failed'],
      since: '2026-01-01T23:00:00.000Z',
    });
  });

  it('have a command that does the same', () => {
    expect(listCommand({ state: ['failed', 'canceled'], tag: 'team=data sets', since: '24h' })).toBe(
      "headwater runs ls --state failed --state canceled --tag 'team=data sets' --since 24h",
    );
    expect(listCommand({ since: '2026-01-01T05:00:00Z' })).toBe('headwater runs ls');
  });
});

it('tells retries from what was retried', () => {
  const run = (id: string, root: string, trigger: Run['trigger']) => ({ id, root, trigger }) as Run;
  const first = run('a', 'a', { kind: 'manual', by: 'ana' });
  const second = run('b', 'a', { kind: 'retry', by: 'ana', of: 'a' });
  const other = run('c', 'c', { kind: 'manual', by: 'ana' });
  const markOf = chainMarks([second, first, other]);
  expect([first, second, other].map(markOf)).toEqual(['retried', 'retry', undefined]);
});
