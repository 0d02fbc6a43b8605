import { describe, expect, it } from 'vitest';
import { duration, past, relative } from './time';

const now = Date.parse('2026-03-10T12:00:00Z');
const ago = (seconds: number) => relative(new Date(now - seconds * 1_000), now);

describe('relative times', () => {
  it.each([
    [0, 'just now'],
    [4, 'just now'],
    [42, '42 s ago'],
    [60, '1 min ago'],
    [3_599, '59 min ago'],
    [3_600, '1 h ago'],
    [47 * 3_600, '47 h ago'],
    [3 * 86_400, '3 days ago'],
    [-90, 'in 1 min'],
    [-7_200, 'in 2 h'],
  ])('%i s before', (seconds, words) => {
    expect(ago(seconds)).toBe(words);
  });

  it('never puts what has happened into the future', () => {
    expect(past(new Date(now + 7_000), now)).toBe('just now');
    expect(past(new Date(now - 42_000), now)).toBe('42 s ago');
  });

  it('names the day of what is long ago', () => {
    expect(ago(30 * 86_400)).toMatch(/Feb/);
    expect(ago(400 * 86_400)).toMatch(/2025/);
  });
});

describe('durations', () => {
  it.each([
    [0, '< 1 ms'],
    [7.4, '7 ms'],
    [999, '999 ms'],
    [4_210, '4.2 s'],
    [59_999, '59 s'],
    [185_000, '3 min 05 s'],
    [7_800_000, '2 h 10 min'],
    [273_600_000, '3 d 4 h'],
    [-1, '–'],
    [Number.NaN, '–'],
  ])('%d ms', (ms, words) => {
    expect(duration(ms)).toBe(words);
  });
});
