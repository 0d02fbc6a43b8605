const numbers = new Intl.NumberFormat('en-US');
const short = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });
const decimals = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 6 });

/** `12,345`. */
export const number = (value: number): string =>
  Number.isInteger(value) ? numbers.format(value) : decimals.format(value);

/** `12K`, for places with room for few digits. */
export const compact = (value: number): string => (value < 10_000 ? numbers.format(value) : short.format(value));

/** `1 asset`, `3 assets`. */
export const plural = (value: number, one: string, many = `${one}s`): string =>
  `${number(value)} ${value === 1 ? one : many}`;

/** The start of an id, enough to tell it from its neighbours. UUIDv7 starts with the time, so its end is taken. */
export const shortId = (id: string): string => (id.length > 12 ? id.slice(-8) : id);

/** The last segment of an asset key, and what stands before it. */
export function splitKey(key: string): { path: string; name: string } {
  const slash = key.lastIndexOf('/');
  return { path: key.slice(0, slash + 1), name: key.slice(slash + 1) };
}
