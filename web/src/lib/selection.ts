// Writing the selection language. Reading it is the server's.

const PLAIN = /^[\w.-]+(?:\/[\w.-]+)*$/;
const WORDS = new Set(['and', 'or', 'not']);

/** The term that selects one asset by its key, quoted where it has to be. */
export const keyTerm = (key: string): string =>
  PLAIN.test(key) && !WORDS.has(key.toLowerCase()) ? key : `key:"${key}"`;
