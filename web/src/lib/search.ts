// Search parameters as plain text: `?state=failed&state=running&q=orders`, nothing encoded as JSON, so that an address
// can be read, written by hand and shared.

export type RawSearch = Record<string, string | string[]>;

export function parseSearch(text: string): RawSearch {
  const found: RawSearch = {};
  for (const [name, value] of new URLSearchParams(text)) {
    const before = found[name];
    if (before === undefined) found[name] = value;
    else found[name] = [...(Array.isArray(before) ? before : [before]), value];
  }
  return found;
}

export function stringifySearch(search: Record<string, unknown>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== undefined && each !== null && each !== '') params.append(name, String(each));
    }
  }
  const text = params.toString().replaceAll('%3A', ':').replaceAll('%2F', '/').replaceAll('%2C', ',');
  return text ? `?${text}` : '';
}

type Raw = Record<string, unknown>;

/** One text; the last one where there are several. */
export const text = (raw: Raw, name: string): string | undefined => {
  const value = raw[name];
  const last = Array.isArray(value) ? value.at(-1) : value;
  return last === undefined || last === null || last === '' ? undefined : String(last);
};

/** Any number of texts. */
export const texts = (raw: Raw, name: string): string[] | undefined => {
  const value = raw[name];
  const all = (Array.isArray(value) ? value : [value]).filter((each) => each !== undefined && each !== '').map(String);
  return all.length > 0 ? all : undefined;
};

/** One of the given words; anything else is as good as nothing. */
export const oneOf = <T extends string>(raw: Raw, name: string, words: readonly T[]): T | undefined =>
  words.find((word) => word === text(raw, name));

/** A whole number that is not negative. */
export const count = (raw: Raw, name: string): number | undefined => {
  const value = text(raw, name);
  return value !== undefined && /^\d{1,15}$/.test(value) ? Number(value) : undefined;
};
