// Prints what a first visit loads before any screen: index.html and everything that it names or that those import
// statically, compressed as it is served. One JSON object, for people and for `just bench`.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const DIST = fileURLToPath(new URL('../dist', import.meta.url));
const BUDGET = 300_000;

const served = (file) => {
  const path = join(DIST, file);
  return statSync(existsSync(`${path}.br`) ? `${path}.br` : path).size;
};

const manifest = JSON.parse(readFileSync(join(DIST, '.vite/manifest.json'), 'utf8'));
const files = new Map([['index.html', served('index.html')]]);
const visit = (chunk) => {
  if (files.has(chunk.file)) return;
  for (const file of [chunk.file, ...(chunk.css ?? [])]) files.set(file, served(file));
  for (const name of chunk.imports ?? []) visit(manifest[name]);
};
for (const chunk of Object.values(manifest)) if (chunk.isEntry) visit(chunk);

// The stylesheet of the shell names the fonts; browsers load those of the Latin range.
for (const file of [...files.keys()].filter((name) => name.endsWith('.css'))) {
  const css = readFileSync(join(DIST, file), 'utf8');
  for (const [, name] of css.matchAll(/url\(\/?([^)]+-latin-(?:wght|400)-[^)]+\.woff2)\)/g))
    files.set(name, served(name));
}

const total = [...files.values()].reduce((sum, size) => sum + size, 0);
const answer = { name: 'ui_shell_bytes', value: total, unit: 'B', target: BUDGET, ok: total <= BUDGET };
console.log(JSON.stringify({ ...answer, files: Object.fromEntries(files) }));
process.exitCode = answer.ok ? 0 : 1;
