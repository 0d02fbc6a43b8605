import { describe, expect, it } from 'vitest';
import { count, oneOf, parseSearch, stringifySearch, text, texts } from './search';

describe('search parameters', () => {
  it.each([
    ['', {}],
    ['?state=failed', { state: 'failed' }],
    ['?state=failed&state=running', { state: ['failed', 'running'] }],
    ['?select=group%3Araw+and+not+kind%3Atable', { select: 'group:raw and not kind:table' }],
    ['?q=123', { q: '123' }],
  ])('reads %s', (address, search) => {
    expect(parseSearch(address)).toEqual(search);
  });

  it.each([
    [{}, ''],
    [{ q: undefined, state: [] }, ''],
    [{ state: ['failed', 'running'], step: 3 }, '?state=failed&state=running&step=3'],
    [{ select: 'group:raw & "a/b,c"' }, '?select=group:raw+%26+%22a/b,c%22'],
  ])('writes %o', (search, address) => {
    expect(stringifySearch(search)).toBe(address);
    const read = parseSearch(address);
    expect(stringifySearch(read)).toBe(address);
  });

  it('takes what fits the type and nothing else', () => {
    const raw = { one: ['a', 'b'], none: '', step: '12', wrong: '-1', tab: 'logs' };
    expect(text(raw, 'one')).toBe('b');
    expect(text(raw, 'none')).toBeUndefined();
    expect(texts(raw, 'one')).toEqual(['a', 'b']);
    expect(texts(raw, 'none')).toBeUndefined();
    expect(count(raw, 'step')).toBe(12);
    expect(count(raw, 'wrong')).toBeUndefined();
    expect(oneOf(raw, 'tab', ['logs', 'steps'])).toBe('logs');
    expect(oneOf(raw, 'one', ['logs', 'steps'])).toBeUndefined();
  });
});
