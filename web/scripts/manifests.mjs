// Definitions for the worlds of the browser tests, as manifests.

/** The shop's own, with more schedules, policies and channels, so that every state has something to show. */
export function shopManifest(original, receiver) {
  const manifest = structuredClone(original);
  const [first] = manifest.schedules;
  const schedule = (name, more) => ({ ...first, name, default: 'off', tags: {}, ...more });
  manifest.schedules.push(
    schedule('every_minute', {
      crons: ['* * * * *'],
      zone: 'Asia/Tokyo',
      selection: 'group:raw',
      overlap: 'queue_one',
      description: 'Ticks each minute, to have a history.',
    }),
    schedule('selects_nothing', {
      crons: ['* * * * *'],
      selection: 'tag:no_such_tag',
      description: 'A mistake that a schedule cannot hide.',
    }),
  );
  manifest.channels = [
    ...(manifest.channels ?? []),
    {
      name: 'finance-mail',
      to: { kind: 'email', smtp: 'env:FINANCE_SMTP', from: 'a@shop.example', to: ['b@shop.example'] },
    },
    { name: 'hook', to: { kind: 'webhook', url: `${receiver}/hook` } },
    { name: 'revoked-hook', to: { kind: 'webhook', url: `${receiver}/refuses` } },
    { name: 'on-call', to: { kind: 'pagerduty', routing_key: 'env:PAGERDUTY_KEY' } },
  ];
  manifest.alerts = [
    ...(manifest.alerts ?? []),
    {
      name: 'hook-everything',
      description: 'All that goes wrong, for the **status page**.',
      on: ['run_failed', 'asset_failed', 'schedule_missed', 'worker_lost', 'deploy_broken'].map((kind) => ({ kind })),
      channels: ['hook', 'revoked-hook', 'on-call'],
      severity: 'warning',
    },
    {
      name: 'raw-quiet',
      on: [
        { kind: 'check_failed', which: 'all' },
        { kind: 'run_long', limit: 600_000 },
      ],
      select: 'group:raw',
      channels: ['finance-mail'],
      severity: 'info',
      quiet: { from: '22:00', to: '06:30', zone: 'Europe/London' },
    },
  ];
  const [asset] = manifest.assets;
  asset.owners = [...(asset.owners ?? []), 'ana@shop.example'];
  asset.description = 'A description that was changed, to be seen among what changed.';
  return manifest;
}

/** A second location whose steps no worker serves. */
export function otherLocation({ format, generator }) {
  const names = Array.from({ length: 40 }, (_, at) => `bi/report_${String(at).padStart(2, '0')}`);
  return {
    ...bare(format, generator, 'bi'),
    assets: names.map((key) => ({ ...asset(key, 'bi', []), owners: ['team:bi'], kinds: ['report'] })),
    steps: names.map((name, at) => (at % 2 ? { ...step(name), pool: 'dashboards' } : step(name))),
    pools: [{ name: 'dashboards', limit: 3 }],
  };
}

/** The shop's with two assets that depend on each other, which no server takes. */
export function withoutOrder(original) {
  const manifest = structuredClone(original);
  const [one, other] = manifest.assets;
  one.deps = [other.key];
  other.deps = [one.key];
  return manifest;
}

/** So many assets in 24 domains and as many layers as their square root allows, each made from three. */
export function bigManifest(count) {
  const width = Math.round(Math.sqrt(count) * 1.5);
  const keys = Array.from({ length: count }, (_, at) => {
    const domain = String(Math.floor(((at % width) / width) * 24)).padStart(2, '0');
    return `domain_${domain}/layer_${String(Math.floor(at / width)).padStart(2, '0')}/table_${at}`;
  });
  const above = (at) => {
    const layer = Math.floor(at / width);
    if (layer === 0) return [];
    return [0, 1, 3].map((by) => keys[(layer - 1) * width + ((at + by) % width)]);
  };
  const group = (key) => key.slice(0, key.indexOf('/'));
  const manifest = {
    ...bare(1, 'tests', 'big'),
    assets: keys.map((key, at) => ({
      ...asset(key, group(key), above(at)),
      owners: [`team:${group(key)}`],
      kinds: ['sql'],
      description: `Table ${at}.`,
    })),
    steps: keys.map((name, at) => (at % 3 ? step(name) : { ...step(name), pool: `pool_${at % 20}` })),
    pools: Array.from({ length: 20 }, (_, at) => ({ name: `pool_${at}`, limit: at + 1 })),
    schedules: Array.from({ length: 1_000 }, (_, at) => ({
      name: `schedule_${String(at).padStart(4, '0')}`,
      crons: [`${at % 60} ${at % 24} * * *`],
      zone: at % 2 ? 'Europe/London' : 'America/New_York',
      selection: `group:domain_${String(at % 24).padStart(2, '0')}`,
      description: `Domain ${at % 24}, once a day.`,
      priority: 0,
      default: at % 3 ? 'off' : 'on',
      catch_up: { kind: 'latest' },
      overlap: 'skip',
    })),
  };
  return { manifest, keys };
}

const bare = (format, generator, location) => ({
  format,
  location,
  generator,
  assets: [],
  steps: [],
  checks: [],
  jobs: [],
  schedules: [],
  resources: [],
  pools: [],
  run_limits: [],
});

const asset = (key, group, deps) => ({ key, role: { kind: 'materialized', step: key }, deps, group });

const step = (name) => ({ name, executor: { kind: 'rust' } });
