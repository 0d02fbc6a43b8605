// What people see and feel, measured in the machine's own Chromium; started by `just bench`.
//
//     node bench/browser.mjs SCENARIO '{"url": "http://127.0.0.1:4000", ...}'
//
// It prints one JSON object per line: {"ready": true} where the other side has something to start, and at the end either
// {"result": {...}} or {"missing": "why"}. It ends, and Chromium with it, when its standard input is closed.
import { existsSync } from 'node:fs';
import { graph } from './graph.mjs';
import { live } from './live.mjs';
import { run } from './run.mjs';

const SCENARIOS = { graph, live, run };
const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const WINDOW = { width: 1440, height: 900 };

/** A figure that cannot be measured here, and why. */
class Missing extends Error {}

const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

async function launch() {
  const executablePath = process.env.CHROMIUM ?? CHROMIUM.find((path) => existsSync(path));
  if (!executablePath || !existsSync(executablePath))
    throw new Missing('no Chromium here; install it (Debian: apt-get install chromium) or set CHROMIUM to the program');
  let playwright;
  try {
    playwright = await import('@playwright/test');
  } catch {
    throw new Missing('the packages of the UI are not installed; `./just ui` does it');
  }
  const args = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ];
  return playwright.chromium.launch({ executablePath, args });
}

async function expectUi(url) {
  const answer = await fetch(url, { headers: { accept: 'text/html' } });
  if (!(await answer.text()).includes('id="root"'))
    throw new Missing('this server was built without its UI; `./just ui` builds it');
}

async function main([name, options = '{}']) {
  const scenario = SCENARIOS[name];
  if (!scenario) throw new Error(`\`${name}\` is none of ${Object.keys(SCENARIOS).join(', ')}`);
  const given = JSON.parse(options);
  await expectUi(given.url);
  const browser = await launch();
  process.stdin.resume().on('end', () => void browser.close().finally(() => process.exit(1)));
  try {
    // A context of its own has an empty cache: every visit is a first one.
    const visit = () => browser.newContext({ viewport: WINDOW }).then((context) => context.newPage());
    const result = await scenario({ ...given, visit, ready: () => say({ ready: true }) });
    say({ result: { chromium: browser.version(), ...result } });
  } finally {
    await browser.close();
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  say({ missing: error instanceof Missing ? error.message : String(error.message ?? error).split('\n')[0] });
}
process.exit(0);
