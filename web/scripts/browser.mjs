// Runs browser tests: `browser.mjs gallery` or `browser.mjs flows`, with further arguments for Playwright.
//
// With HEADWATER_URL (a server) or HEADWATER_UI (where its pages are served) it uses what is there. Otherwise it builds the
// UI, starts servers with data of their own, and takes them away again. GALLERY_WORLDS=shop,big renders only those.
import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { freePort, listening, world } from './worlds.mjs';

const [what = 'flows', ...words] = process.argv.slice(2);
const there = process.env.HEADWATER_URL || process.env.HEADWATER_UI;

/** Which server each part of the gallery looks at: what fails and what never comes is arranged in the browser. */
const PARTS = { shop: 'shop', loading: 'shop', errors: 'shop', empty: 'empty', big: 'big' };

/** What is run: Playwright's project, against which world, with which environment. */
const JOBS = {
  flows: [
    { project: 'flows', on: 'plain' },
    { project: 'operator', on: 'shop' },
  ],
  gallery: (process.env.GALLERY_WORLDS?.split(',') ?? Object.keys(PARTS)).map((part) => ({
    project: 'gallery',
    on: PARTS[part],
    env: { GALLERY_WORLD: part },
  })),
};

const jobs = JOBS[what];
if (!jobs) throw new Error(`${what} is not known: say flows or gallery`);
const code = there ? await playwright([...new Set(jobs.map(({ project }) => project))], {}) : await withWorlds();
process.exit(code);

/** Not waited for in a way that blocks: what takes the alerts of a world lives in this process. */
function playwright(projects, env) {
  const chosen = projects.map((project) => `--project=${project}`);
  const command = ['playwright', 'test', ...chosen, '--pass-with-no-tests', ...words];
  const child = spawn('npx', command, { stdio: 'inherit', env: { ...process.env, ...env } });
  return new Promise((resolve) => child.once('exit', (status) => resolve(status ?? 1)));
}

async function withWorlds() {
  const built = spawnSync('npm', ['run', 'build'], { stdio: 'inherit' });
  if (built.status !== 0) return built.status ?? 1;
  let worst = 0;
  for (const name of new Set(jobs.map(({ on }) => on))) {
    const { url, env: given, stop } = await world(name);
    const { ui, end } = await pages(url);
    try {
      for (const { project, env } of jobs.filter(({ on }) => on === name)) {
        worst = Math.max(
          worst,
          await playwright([project], { HEADWATER_URL: url, HEADWATER_UI: ui, ...given, ...env }),
        );
      }
    } finally {
      await end();
      await stop();
    }
  }
  if (what === 'gallery') contents();
  return worst;
}

/** The built pages in front of a server, with the policy that they are served with. */
async function pages(server) {
  const port = await freePort();
  const command = ['vite', 'preview', '--host', '127.0.0.1', '--port', String(port), '--strictPort'];
  const child = spawn('npx', command, {
    stdio: 'ignore',
    env: { ...process.env, HEADWATER_URL: server },
    detached: true,
  });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  await listening(port);
  const end = async () => {
    process.kill(-child.pid);
    await gone;
  };
  return { ui: `http://127.0.0.1:${port}`, end };
}

/** A page with all pictures, side by side. */
function contents() {
  const folders = readdirSync('gallery', { withFileTypes: true }).filter((each) => each.isDirectory());
  const figure = (folder, name) =>
    `<figure><a href="${folder}/${name}"><img loading="lazy" src="${folder}/${name}" alt=""></a><figcaption>${name}</figcaption></figure>`;
  const part = ({ name: folder }) => {
    const names = readdirSync(`gallery/${folder}`).filter((name) => name.endsWith('.png'));
    return `<h2>${folder}</h2><div>${names.map((name) => figure(folder, name)).join('')}</div>`;
  };
  const style =
    'body{font:14px sans-serif;margin:2rem}div{display:flex;flex-wrap:wrap;gap:1rem}figure{margin:0}img{height:18rem;border:1px solid #999}';
  const page = `<!doctype html><meta charset="utf-8"><title>Gallery</title><style>${style}</style><h1>Gallery</h1>${folders.map(part).join('')}`;
  writeFileSync('gallery/index.html', page);
}
