import { number } from './format';
import type { Unit } from './metadata';
import { duration } from './time';

const SIZES = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];

/** `412 B`, `28.6 MB`. */
export function bytes(value: number): string {
  const sign = value < 0 ? '-' : '';
  let rest = Math.abs(value);
  let size = 0;
  while (rest >= 1_000 && size < SIZES.length - 1) {
    rest /= 1_000;
    size += 1;
  }
  const digits = size === 0 || rest >= 100 ? 0 : 1;
  return `${sign}${rest.toFixed(digits)} ${SIZES[size]}`;
}

/** A number as people read it, by what it counts. */
export function inUnit(value: number, unit: Unit): string {
  switch (unit) {
    case 'bytes':
      return bytes(value);
    case 'seconds':
      return value < 0 ? number(value) : duration(value * 1_000);
    case 'milliseconds':
      return value < 0 ? number(value) : duration(value);
    default:
      return number(value);
  }
}
