/** The nodes whose key holds all words of a text; those whose name starts with it come first. */
export function findKeys(keys: readonly string[], text: string, most: number): string[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  const [first = ''] = words;
  const scored: { key: string; score: number }[] = [];
  for (const key of keys) {
    const low = key.toLowerCase();
    if (!words.every((word) => low.includes(word))) continue;
    const name = low.slice(low.lastIndexOf('/') + 1);
    const score =
      name === first ? 0 : name.startsWith(first) ? 1 : low.startsWith(first) ? 2 : name.includes(first) ? 3 : 4;
    scored.push({ key, score });
  }
  scored.sort((a, b) => a.score - b.score || a.key.length - b.key.length || a.key.localeCompare(b.key));
  return scored.slice(0, most).map(({ key }) => key);
}
