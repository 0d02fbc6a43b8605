import { describe, expect, it } from 'vitest';
import { calendar, dayIn } from './when';

const now = Date.parse('2026-11-28T23:30:00Z');
const at = (text: string) => new Date(text);

describe('instants as people name them', () => {
  it.each([
    ['2026-11-28T06:10:00Z', 'today 06:10'],
    ['2026-11-29T06:10:00Z', 'tomorrow 06:10'],
    ['2026-11-27T06:10:00Z', 'yesterday 06:10'],
    ['2026-11-30T07:00:00Z', 'Mon 30 Nov 07:00'],
    ['2027-01-04T07:00:00Z', 'Mon 4 Jan 2027 07:00'],
  ])('%s', (text, words) => {
    expect(calendar(at(text), now, 'UTC')).toBe(words);
  });

  it('counts days by the calendar of the zone', () => {
    expect(dayIn(at('2026-11-28T22:00:00Z'), now, 'UTC')).toBe('today');
    expect(dayIn(at('2026-11-28T22:00:00Z'), now, 'Europe/Berlin')).toBe('yesterday');
    expect(calendar(at('2026-11-29T00:30:00Z'), now, 'Europe/Berlin')).toBe('today 01:30');
  });

  it('counts a day of 23 hours as one', () => {
    const evening = Date.parse('2026-03-28T22:30:00Z');
    expect(calendar(at('2026-03-29T21:45:00Z'), evening, 'Europe/Berlin')).toBe('tomorrow 23:45');
  });
});
