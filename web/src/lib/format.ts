const numbers = new Intl.NumberFormat('en-US');
const short = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });
const decimals = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 6 });

/** `12,345`. */
export const number = (value: number): string =>
  Number.isInteger(value) ? numbers.format(value) : decimals.format(value);

/** `12K`, for places with room for few digits. */
export const compact = (value: number): string => (value < 10_000 ? numbers.format(value) : short.format(value));

/** `500+` for what is counted up to a limit only. */
export const capped = (value: number, most: number): string => (value < most ? number(value) : `${number(most)}+`);

/** `1 asset`, `3 assets`. */
export const plural = (value: number, one: string, many = `${one}s`): string =>
  `${number(value)} ${value === 1 ? one : many}`;

/**
 * The start of an id, as the command line shows it: enough of a UUID to name its millisecond, and enough of a hash to
 * tell it from others.
 */
export const shortId = (id: string): string => {
  if (id.length <= 12) return id;
  return id.slice(0, id.includes('-') ? 13 : 12);
};

/** The last segment of an asset key, and what stands before it. */
export function splitKey(key: string): { path: string; name: string } {
  const slash = key.lastIndexOf('/');
  return { path: key.slice(0, slash + 1), name: key.slice(slash + 1) };
}

/** A message of the server, which starts small so that it can stand in a longer one, as a sentence of its own. */
export function sentence(message: string): string {
  const text = message.trim();
  if (text === '') return text;
  const end = /[.!?:`)\]}]$/.test(text) ? '' : '.';
  return text.charAt(0).toUpperCase() + text.slice(1) + end;
}
