// A run of many steps, watched while it goes: how long a key press waits until the page hears it, and until it is seen.

/** As often as a key that is held down. */
const PRESS_MS = 33;
const KEYS = [
  ['ArrowDown', 40],
  ['ArrowDown', 40],
  ['ArrowDown', 40],
  ['ArrowUp', 38],
];

/** @param {{ url: string, run: string, visit: () => Promise<import('@playwright/test').Page>, ready: () => void }} options */
export async function run({ url, run: id, visit, ready }) {
  const page = await visit();
  await page.addInitScript(watch);
  await page.goto(`${url}/runs/${id}`);
  // Something of the list of steps takes the keys.
  const step = page.locator('main [data-index][tabindex="0"]').first();
  await step.waitFor({ timeout: 60_000 });
  await step.focus();
  await page.waitForTimeout(1_000);
  await page.evaluate(() => globalThis.bench.reset());
  ready();
  await pressUntil(page, () => ended(url, id));
  // The page may still be busy with the last events.
  await page.locator('h1 [data-state="succeeded"]').waitFor({ timeout: 60_000 });
  const heard = await page.evaluate(() => globalThis.bench);
  await page.context().close();
  const { delays, seen, tasks } = heard;
  return { delays, seen, longest_task_ms: Math.max(0, ...tasks), long_tasks: tasks.length };
}

async function ended(url, id) {
  const answer = await fetch(`${url}/api/v1/deployments/default/runs?root=${id}&limit=1`);
  const state = (await answer.json()).items[0]?.state;
  if (state === 'failed' || state === 'canceled') throw new Error(`the run ended ${state}`);
  return state === 'succeeded';
}

/** Presses keys at a fixed pace, whether or not the page keeps up: people do not wait for it either. */
async function pressUntil(page, done) {
  const devtools = await page.context().newCDPSession(page);
  const start = performance.now();
  let next = start;
  let finished = false;
  let looking = false;
  for (let press = 0; !finished; press += 1) {
    const [key, windowsVirtualKeyCode] = KEYS[press % KEYS.length];
    const event = { key, code: key, windowsVirtualKeyCode };
    void devtools.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', ...event });
    void devtools.send('Input.dispatchKeyEvent', { type: 'keyUp', ...event });
    if (!looking && press % 10 === 9) {
      looking = true;
      void done().then((answer) => {
        finished = answer;
        looking = false;
      });
    }
    if (performance.now() - start > 120_000) throw new Error('the run did not end within two minutes');
    // Presses that were missed are not made up for: nobody presses ten keys in a millisecond.
    next = Math.max(next + PRESS_MS, performance.now());
    await new Promise((resolve) => setTimeout(resolve, next - performance.now()));
  }
  await page.waitForTimeout(500);
  await devtools.detach();
}

/** Runs in the page before anything of it does. */
function watch() {
  const bench = { delays: [], seen: [], tasks: [] };
  bench.reset = () => {
    for (const list of [bench.delays, bench.seen, bench.tasks]) list.length = 0;
  };
  globalThis.bench = bench;
  // An event carries the time at which the browser got it.
  const hear = (event) => bench.delays.push(performance.now() - event.timeStamp);
  addEventListener('keydown', hear, { capture: true });
  const each = (type, take, options) =>
    new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, ...options });
  each('longtask', ({ duration }) => bench.tasks.push(duration));
  each('event', ({ name, duration }) => name === 'keydown' && bench.seen.push(duration), { durationThreshold: 16 });
}
