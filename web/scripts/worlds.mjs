// Servers for the browser tests and the gallery: real ones, each with data of its own, in a folder that goes away.
//
//   plain   the example, with everything made once
//   shop    the same on a bad day: spoiled orders, a queue, refused deploys, incidents, deliveries
//   empty   a server that nothing was ever deployed to
//   big     10,000 assets, 1,000 schedules, 20 pools, runs whose steps wait
//
// HEADWATER_SHOP is the example's binary; target/debug/shop without it.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { bigManifest, otherLocation, shopManifest, withoutOrder } from './manifests.mjs';

const SHOP = process.env.HEADWATER_SHOP ?? fileURLToPath(new URL('../../target/debug/shop', import.meta.url));

/**
 * Starts a world: the address of its server, what tests read from the environment, and `stop`, which ends all of its
 * processes and takes its folder away.
 */
export async function world(name) {
  if (!existsSync(SHOP)) {
    throw new Error(`${SHOP} is not there: build it with \`cargo build -p shop\`, or name another with HEADWATER_SHOP`);
  }
  const folder = mkdtempSync(join(tmpdir(), `headwater-${name}-`));
  const ends = [() => rmSync(folder, { recursive: true, force: true })];
  const stop = async () => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    const { url, env = {} } = await WORLDS[name]({ folder, ends });
    return { url, env, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const WORLDS = { plain, shop, empty, big };

async function empty(place) {
  const port = await freePort();
  const words = ['server', '--listen', `127.0.0.1:${port}`, '--data', join(place.folder, 'data')];
  return { url: await server(place, port, words) };
}

async function big(place) {
  const { url } = await empty(place);
  const { manifest, keys } = bigManifest(10_000);
  const api = client(url);
  await api.post('deploys', manifest);
  // Some were made, one in thirty long ago; the others never.
  for (const key of keys.filter((_, at) => at % 12 === 0)) {
    await api.post(`assets/${encodeURIComponent(key)}/report`, { kind: 'materialized', metadata: {} });
  }
  await api.post('runs', { selection: 'group:domain_03' });
  await api.post('runs', { selection: 'group:domain_07', priority: 5 });
  return { url };
}

/** The example with everything made once; `shop` is where its shop's own API listens. */
async function example(place, env) {
  const port = await freePort();
  const words = ['dev', '--port', String(port), '--data', join(place.folder, 'data')];
  const url = await server(place, port, words, env);
  const api = client(url);
  await api.until('workers', '/api/v1/workers', ({ items }) => items.length > 0);
  await ended(api, await api.post('runs', { selection: '*', tags: { reason: 'first load' } }));
  const shop = readFileSync(join(env.SHOP_DATA, 'shop_api.url'), 'utf8').trim();
  return { url, api, shop };
}

async function plain(place) {
  const { url, shop } = await example(place, { SHOP_DATA: join(place.folder, 'shop') });
  return { url, env: { SHOP_URL: shop } };
}

async function shop(place) {
  const receiver = await listen(place);
  const env = {
    SHOP_DATA: join(place.folder, 'shop'),
    SLACK_WEBHOOK_URL: `${receiver}/slack`,
    HEADWATER_ALERTS_ALLOW: '127.0.0.1',
  };
  const { url, api } = await example(place, env);

  const printed = join(place.folder, 'manifest.json');
  writeFileSync(printed, run(['deploy', '--print', '--server', url], env));
  const original = JSON.parse(readFileSync(printed, 'utf8'));
  await api.post('deploys', shopManifest(original, receiver));
  await api.post('deploys', otherLocation(original));
  await api.refused('deploys', withoutOrder(original));
  for (const name of ['every_minute', 'selects_nothing', 'orders_to_crm']) {
    await api.post(`schedules/${name}/switch`, { switch: 'on' });
  }
  await api.put('pools/warehouse', { limit: 3 });

  run(['misbehave', 'bad_data'], env);
  const spoiled = { selection: 'raw/orders+', config: { 'raw/orders': { full_refresh: true } } };
  await ended(api, await api.post('runs', spoiled));
  await api.post('alerts/policies/hook-everything/test', {});
  await api.post('alerts/policies/raw-quiet/mute', { until: new Date(Date.now() + 4 * 3_600_000).toISOString() });
  for (const priority of [1, 3, 2]) {
    await api.post('runs', { selection: 'group:bi', tags: { writes: 'warehouse' }, priority });
  }
  const incidents = '/api/v1/deployments/default/alerts/incidents?state=open';
  await api.until('the incident of the check', incidents, ({ items }) =>
    items.some(({ kind }) => kind === 'check_failed'),
  );
  const { items } = await api.get('alerts/incidents?state=open');
  const late = items.find(({ kind }) => kind === 'deploy_broken');
  if (late) await api.post(`alerts/incidents/${late.id}/ack`, {});
  return { url };
}

/** Waits until a run has ended, well or not. */
async function ended(api, { run: id }) {
  const path = `/api/v1/deployments/default/runs/${id}`;
  await api.until('the run', path, ({ state }) => ['succeeded', 'failed', 'canceled'].includes(state));
}

async function server({ ends }, port, words, env = {}) {
  const child = spawn(SHOP, words, { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said = (said + chunk).slice(-4_000);
  });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  ends.push(async () => {
    child.kill('SIGINT');
    const late = setTimeout(() => child.kill('SIGKILL'), 15_000);
    await gone;
    clearTimeout(late);
  });
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < 300; tries += 1) {
    if (child.exitCode !== null) throw new Error(`${words.join(' ')} ended with ${child.exitCode}: ${said}`);
    const answer = await fetch(`${url}/readyz`).catch(() => null);
    if (answer?.ok) return url;
    await sleep(100);
  }
  throw new Error(`${words.join(' ')} is not ready after 30 s: ${said}`);
}

function run(words, env) {
  const { status, stdout, stderr } = spawnSync(SHOP, words, { env: { ...process.env, ...env }, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${words.join(' ')} ended with ${status}: ${stderr}`);
  return stdout;
}

function client(url) {
  const base = `${url}/api/v1/deployments/default/`;
  const send = async (method, path, body) => {
    const headers = { 'content-type': 'application/json', origin: url };
    return fetch(base + path, { method, headers, body: JSON.stringify(body) });
  };
  const done = async (answer) => {
    if (answer.ok) return answer.json();
    throw new Error(`${answer.url} answered ${answer.status}: ${await answer.text()}`);
  };
  return {
    get: async (path) => done(await fetch(base + path)),
    post: async (path, body) => done(await send('POST', path, body)),
    put: async (path, body) => done(await send('PUT', path, body)),
    refused: async (path, body) => {
      const answer = await send('POST', path, body);
      if (answer.ok) throw new Error(`${path} was to be refused, and was not`);
    },
    until: async (what, path, holds) => {
      for (let tries = 0; tries < 600; tries += 1) {
        const answer = await fetch(url + path);
        if (answer.ok && holds(await answer.json())) return;
        await sleep(200);
      }
      throw new Error(`waited two minutes for ${what}`);
    },
  };
}

/** A place that takes alerts, and one that refuses them. */
async function listen({ ends }) {
  const taker = createServer((request, response) => {
    request.resume();
    const refuses = request.url?.startsWith('/refuses');
    response.writeHead(refuses ? 403 : 200, { 'content-type': 'text/plain' });
    response.end(refuses ? 'this hook was revoked' : 'ok');
  });
  await new Promise((resolve) => taker.listen(0, '127.0.0.1', resolve));
  ends.push(() => new Promise((resolve) => taker.close(resolve)));
  return `http://127.0.0.1:${taker.address().port}`;
}

/** A port that nobody listens on now. */
export async function freePort() {
  const probe = createServer();
  await new Promise((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** Waits until something listens on a port of this machine. */
export async function listening(port) {
  for (let tries = 0; tries < 200; tries += 1) {
    const open = await new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('connect', () => socket.end());
    });
    if (open) return;
    await sleep(100);
  }
  throw new Error(`nothing listens on port ${port} after 20 s`);
}
