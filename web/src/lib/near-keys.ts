import { splitKey } from './format';

/** The keys that may have been meant by one that is not there: those of the same name, and those that are spelled alike. */
export function nearKeys(keys: readonly string[], wanted: string, most: number): string[] {
  const low = wanted.toLowerCase();
  const { name } = splitKey(low);
  const limit = Math.max(2, Math.floor(low.length / 4));
  const scored = keys.flatMap((key) => {
    const other = key.toLowerCase();
    const edits = distance(low, other);
    const score = splitKey(other).name === name ? Math.min(edits, 1) : edits;
    return score <= limit ? [{ key, score, edits }] : [];
  });
  scored.sort((a, b) => a.score - b.score || a.edits - b.edits || a.key.localeCompare(b.key));
  return scored.slice(0, most).map(({ key }) => key);
}

/** How many letters must be put in, taken out or changed to make one text of the other. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (const [at, letter] of [...one].entries()) {
    const next = [at + 1];
    for (let to = 1; to <= other.length; to += 1) {
      const change = (row[to - 1] ?? 0) + (letter === other[to - 1] ? 0 : 1);
      next.push(Math.min(change, (row[to] ?? 0) + 1, (next[to - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}
