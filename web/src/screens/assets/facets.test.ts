import { describe, expect, it } from 'vitest';
import type { Asset } from '@/api/types';
import { asSelection, facetMenus, filterAssets, NONE, sortAssets } from './facets';

const asset = (key: string, more: Partial<Asset> = {}): Asset => ({
  key,
  group: key.split('/')[0] ?? '',
  location: 'shop',
  role: 'materialized',
  staleness: 'missing',
  ...more,
});

const made = (at: string): Pick<Asset, 'latest' | 'staleness'> => ({
  latest: { seq: 1, at, kind: 'materialized', version: 'v' },
  staleness: 'fresh',
});

const ALL = [
  asset('raw/orders', { ...made('2026-01-02T00:00:00Z'), owners: ['team:data'], tags: { zone: 'raw', pii: '' } }),
  asset('raw/items', { ...made('2026-01-01T00:00:00Z'), owners: ['team:data', 'ana@example.com'] }),
  asset('curated/orders', { kinds: ['sql'], failed: { at: '', run: 'r' } }),
];

const keysOf = (assets: Asset[]) => assets.map(({ key }) => key);

describe('filtering assets', () => {
  it('wants any value of a facet and all facets', () => {
    expect(keysOf(filterAssets(ALL, { group: ['raw', 'curated'], state: ['failed'] }).assets)).toEqual([
      'curated/orders',
    ]);
    expect(keysOf(filterAssets(ALL, { owner: [NONE] }).assets)).toEqual(['curated/orders']);
    expect(keysOf(filterAssets(ALL, { tag: ['pii'] }).assets)).toEqual(['raw/orders']);
  });

  it('finds what is late, whatever else is wrong with it', () => {
    const late = ALL.map((each) => (each.key === 'raw/items' ? each : { ...each, late: true }));
    expect(keysOf(filterAssets(late, { state: ['late'] }).assets)).toEqual(['raw/orders', 'curated/orders']);
    expect(keysOf(filterAssets(late, { state: ['failed'] }).assets)).toEqual(['curated/orders']);
    expect(keysOf(filterAssets(late, { state: ['present'] }).assets)).toEqual(['raw/items']);
  });

  it('finds words in any order', () => {
    expect(keysOf(filterAssets(ALL, {}, 'ORD raw').assets)).toEqual(['raw/orders']);
  });

  it('counts each facet as the others leave it', () => {
    const { counts } = filterAssets(ALL, { group: ['raw'] });
    expect([...counts.group]).toEqual([
      ['raw', 2],
      ['curated', 1],
    ]);
    expect(counts.state.get('failed')).toBeUndefined();
    expect(counts.owner.get('team:data')).toBe(2);
  });
});

describe('menus of facets', () => {
  it('keep what is chosen, name what is missing, and leave out what nobody uses', () => {
    const chosen = { kind: ['gone'] };
    const menus = facetMenus(filterAssets(ALL, chosen).counts, chosen);
    expect(menus.map(({ name }) => name)).not.toContain('tier');
    const kind = menus.find(({ name }) => name === 'kind');
    expect(kind?.options).toEqual([
      { value: 'gone', label: 'gone', count: 0 },
      { value: 'sql', label: 'sql', count: 1 },
      { value: NONE, label: 'No kind', count: 2 },
    ]);
  });
});

describe('sorting assets', () => {
  it('puts what failed first and keeps the order of keys within', () => {
    expect(keysOf(sortAssets(ALL, 'state', 'up'))).toEqual(['curated/orders', 'raw/items', 'raw/orders']);
    expect(keysOf(sortAssets(ALL, 'at', 'down'))).toEqual(['raw/orders', 'raw/items', 'curated/orders']);
    expect(keysOf(sortAssets(ALL, 'key', 'down'))).toEqual(['raw/orders', 'raw/items', 'curated/orders']);
  });
});

describe('filters in the selection language', () => {
  it.each([
    ['', {}, '*'],
    ['', { group: ['raw'] }, 'group:raw'],
    ['', { group: ['raw', 'my group'] }, 'group:raw or group:"my group"'],
    ['a+', { group: ['raw', 'x'], tag: ['zone=raw'] }, '(a+) and (group:raw or group:x) and tag:zone=raw'],
    ['', { owner: [NONE] }, 'owner:<null>'],
  ])('%s %j', (select, chosen, text) => expect(asSelection(select, chosen)).toBe(text));

  it('has no words for how assets are', () => {
    expect(asSelection('', { state: ['failed'] })).toBeUndefined();
    expect(asSelection('', {}, 'ord')).toBeUndefined();
  });
});
