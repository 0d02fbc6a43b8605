import { describe, expect, it } from 'vitest';
import { bytes, inUnit } from './units';

describe('units', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1_500, '1.5 kB'],
    [28_600_000, '28.6 MB'],
    [-2_000, '-2.0 kB'],
    [456_000, '456 kB'],
  ])('%d bytes are %s', (value, words) => expect(bytes(value)).toBe(words));

  it('shows lengths of time as such', () => {
    expect(inUnit(90, 'seconds')).toBe('1 min 30 s');
    expect(inUnit(340, 'milliseconds')).toBe('340 ms');
    expect(inUnit(12_345, 'plain')).toBe('12,345');
  });
});
