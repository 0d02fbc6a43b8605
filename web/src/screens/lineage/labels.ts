// Labels where there is no room for a whole key. Many assets share a name, and what stands before it tells them apart.
import { splitKey } from '@/lib/format';

/** Of keys that share their last part with others: as much of what stands before it as tells them apart, `cu…/`. */
export function shortPaths(keys: readonly string[]): ReadonlyMap<string, string> {
  const byName = new Map<string, string[]>();
  for (const key of keys) {
    const { path, name } = splitKey(key);
    const paths = byName.get(name);
    if (paths) paths.push(path);
    else byName.set(name, [path]);
  }
  const short = new Map<string, string>();
  for (const [name, paths] of byName) {
    if (paths.length === 1) continue;
    // What is most like a path stands beside it.
    paths.sort();
    for (const [at, path] of paths.entries()) {
      const common = Math.max(commonStart(path, paths[at - 1] ?? ''), commonStart(path, paths[at + 1] ?? ''));
      short.set(path + name, shortened(path, common + 1));
    }
  }
  return short;
}

/** How many letters two texts have in common at their start. */
function commonStart(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length += 1;
  return length;
}

/** A path up to the letter by which it differs; of a long one only what is around that letter. */
function shortened(path: string, differs: number): string {
  const from = differs > 4 ? differs - 1 : 0;
  const to = from > 0 ? differs + 2 : differs;
  const rest = path.slice(to);
  return `${from > 0 ? '…' : ''}${path.slice(from, to)}${rest.length > 2 ? '…/' : rest}`;
}
