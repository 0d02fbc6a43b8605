// A large graph: from the start of the navigation until it is seen and has been moved by 200 px, and how smoothly it moves.

const PAN_PX = 200;
const DRAG_MS = 2_000;
/** As often as a good mouse tells where it is. */
const MOVE_MS = 8;

/** @param {{ url: string, nodes: number, rounds: number, visit: () => Promise<import('@playwright/test').Page> }} options */
export async function graph({ url, nodes, rounds, visit }) {
  const samples = [];
  let smooth;
  for (let round = 0; round < rounds; round += 1) {
    const page = await visit();
    samples.push(await open(page, url, nodes));
    if (round === rounds - 1) smooth = await drags(page);
    await page.context().close();
  }
  return { samples, ...smooth };
}

async function open(page, url, nodes) {
  await page.addInitScript(watch, { nodes, distance: PAN_PX });
  await page.goto(`${url}/lineage`, { waitUntil: 'commit' });
  await page.waitForFunction(() => globalThis.bench.shown > 0, undefined, { timeout: 60_000, polling: 'raf' });
  const { x, y } = await middle(page);
  await page.mouse.move(x - PAN_PX / 2, y);
  await page.mouse.down();
  await page.mouse.move(x + PAN_PX / 2, y, { steps: 5 });
  await page.waitForFunction(() => globalThis.bench.panned > 0, undefined, { timeout: 30_000, polling: 'raf' });
  await page.mouse.up();
  return page.evaluate(() => ({
    shown: globalThis.bench.shown,
    panned: globalThis.bench.panned,
    // When the answer with the graph was there, to tell the server's part from the page's.
    fetched: performance.getEntriesByType('resource').find(({ name }) => /\/graph(\?|$)/.test(name))?.responseEnd,
    paint: Number(document.querySelector('canvas').dataset.cost),
  }));
}

async function middle(page) {
  const box = await page.locator('canvas').boundingBox();
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** Dragging with everything in sight, and with nodes so near that their names are read. */
async function drags(page) {
  const far = await drag(page);
  await page.locator('canvas').focus();
  for (let press = 0; press < 9; press += 1) await page.keyboard.press('+');
  await page.waitForTimeout(500);
  const near = await drag(page);
  return { far, near };
}

async function drag(page) {
  const { x, y } = await middle(page);
  const devtools = await page.context().newCDPSession(page);
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.evaluate(() => {
    globalThis.bench.frames = [];
  });
  const start = performance.now();
  for (let moves = 1; performance.now() - start < DRAG_MS; moves += 1) {
    const at = x + Math.sin(moves / 40) * 200;
    // Nobody waits for the page here: a mouse does not either.
    void devtools.send('Input.dispatchMouseEvent', { type: 'mouseMoved', x: at, y, button: 'left', buttons: 1 });
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, start + moves * MOVE_MS - performance.now())));
  }
  const frames = await page.evaluate(() => globalThis.bench.frames);
  await page.mouse.up();
  await devtools.detach();
  const gaps = frames.slice(1).map((at, each) => at - frames[each]);
  const span = frames.at(-1) - frames[0];
  return { fps: (gaps.length * 1_000) / span, worst_frame_ms: Math.max(...gaps) };
}

/** Runs in the page before anything of it does. */
function watch({ nodes, distance }) {
  const bench = { shown: 0, panned: 0, frames: [] };
  globalThis.bench = bench;
  new MutationObserver(() => {
    const canvas = document.querySelector('canvas');
    if (!bench.shown && Number(canvas?.dataset.painted) >= nodes) bench.shown = performance.now();
  }).observe(document, { subtree: true, childList: true, attributeFilter: ['data-painted'] });
  let from;
  let waiting = false;
  addEventListener('pointerdown', (event) => {
    from = event.clientX;
  });
  // The canvas has heard the event before the window does and has asked for its frame first.
  addEventListener('pointermove', (event) => {
    if (from === undefined || event.buttons !== 1 || waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      bench.frames.push(performance.now());
      if (!bench.panned && Math.abs(event.clientX - from) >= distance)
        setTimeout(() => {
          bench.panned = performance.now();
        });
    });
  });
}
