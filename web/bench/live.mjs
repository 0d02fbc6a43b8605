// From the server's decision that a run has ended until a page that lists runs shows it.
import { randomUUID } from 'node:crypto';

const API = '/api/v1/deployments/default';

/** @param {{ url: string, selection: string, samples: number, visit: () => Promise<import('@playwright/test').Page> }} options */
export async function live({ url, selection, samples, visit }) {
  const page = await visit();
  await page.addInitScript(watch);
  await page.goto(`${url}/runs`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  // The page must follow the event stream before anything happens.
  await page.waitForTimeout(1_500);
  const stream = follow(url);
  await stream.started;
  const shown = [];
  const told = [];
  for (let sample = 0; sample < samples; sample += 1) {
    const run = await launch(url, selection);
    const seen = await page.waitForFunction((id) => globalThis.bench[id], run, { timeout: 20_000, polling: 20 });
    const { ended_at } = await (await fetch(`${url}${API}/runs/${run}`)).json();
    const at = Date.parse(ended_at);
    shown.push((await seen.jsonValue()) - at);
    told.push((await stream.ended(run)) - at);
    // People do not start runs in step with the page, so each comes at another time after the one before.
    await page.waitForTimeout(300 + ((sample * 137) % 500));
  }
  stream.close();
  await page.context().close();
  return { shown, told };
}

async function launch(url, selection) {
  const answer = await fetch(`${url}${API}/runs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': randomUUID() },
    body: JSON.stringify({ selection }),
  });
  if (!answer.ok) throw new Error(`the run was refused: ${await answer.text()}`);
  return (await answer.json()).run;
}

/** The event stream as another client hears it, to tell the way to the browser from what happens in it. */
function follow(url) {
  const abort = new AbortController();
  const arrivals = new Map();
  const waiting = new Map();
  const arrived = (run) => {
    arrivals.set(run, Date.now());
    waiting.get(run)?.(arrivals.get(run));
  };
  const started = fetch(`${url}${API}/events/stream`, { signal: abort.signal });
  void started
    .then(
      async ({ body }) => {
        let text = '';
        for await (const part of body.pipeThrough(new TextDecoderStream())) {
          text += part;
          const messages = text.split('\n\n');
          text = messages.pop();
          for (const message of messages) {
            const data = /^data: ?(.*)$/m.exec(message)?.[1];
            const event = data?.startsWith('{') ? JSON.parse(data) : undefined;
            if (event?.kind === 'run_succeeded') arrived(event.run);
          }
        }
      },
      () => {},
    )
    .catch(() => {});
  return {
    started,
    ended: (run) => arrivals.get(run) ?? new Promise((resolve) => waiting.set(run, resolve)),
    close: () => abort.abort(),
  };
}

/** Runs in the page before anything of it does: notes when each run is first shown as succeeded. */
function watch() {
  const seen = {};
  globalThis.bench = seen;
  const look = () => {
    for (const mark of document.querySelectorAll('[role=row] [data-state=succeeded]')) {
      const link = mark.closest('[role=row]').querySelector('a[href^="/runs/"]');
      const run = link?.getAttribute('href').split('/')[2];
      if (run) seen[run] ??= Date.now();
    }
  };
  new MutationObserver(look).observe(document, {
    subtree: true,
    childList: true,
    characterData: true,
    attributeFilter: ['data-state', 'href'],
  });
}
