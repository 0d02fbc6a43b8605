// What a text means in the palette. Pure.

/** How well an entry fits: lower is better, and nothing where a word is missing. */
export function fitness(label: string, also: string, text: string): number | undefined {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const name = label.toLowerCase();
  const all = `${name} ${also.toLowerCase()}`;
  if (!words.every((word) => all.includes(word))) return undefined;
  const [first = ''] = words;
  if (name.startsWith(first)) return 0;
  if (name.split(/[\s/_-]+/).some((word) => word.startsWith(first))) return 1;
  return name.includes(first) ? 2 : 3;
}

/** The selection of the assets whose keys hold all words; none for a text that has no word for it. */
export function keySelection(text: string): string | undefined {
  const words = text
    .split(/\s+/)
    .map((word) => word.replaceAll(/["*]/g, ''))
    .filter((word) => word.length > 0);
  if (words.length === 0) return undefined;
  return words.map(holding).join(' and ');
}

/** Keys are told apart by case; whoever searches does not care. */
function holding(word: string): string {
  const low = word.toLowerCase();
  return word === low ? `key:"*${word}*"` : `(key:"*${word}*" or key:"*${low}*")`;
}

const WHOLE = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const PIECE = /^[0-9a-f-]{4,36}$/;

/** Whether a piece of an id is long enough to be taken for its start; short ones are words more often. */
export const isStart = (piece: string): boolean => /^[0-9a-f]{8}(-|$)/.test(piece);

/** What a text says about the id of a run. */
export function runId(text: string): { whole: string } | { piece: string } | undefined {
  const id = text.trim().toLowerCase();
  if (WHOLE.test(id)) return { whole: id };
  return PIECE.test(id) ? { piece: id } : undefined;
}
