// Filtering, counting and sorting of assets. All of them are in the page, so every facet can say how many assets each of
// its values would leave.
import type { Asset } from '@/api/types';
import { lookOf, type StateKind } from '@/design/states';
import { stateOf, worstCheck } from '@/lib/asset-state';
import type { Facet } from '@/ui/filter-bar';

export const FACETS = ['state', 'staleness', 'check', 'group', 'kind', 'owner', 'tag', 'domain', 'tier'] as const;
export type FacetName = (typeof FACETS)[number];
export type Chosen = Partial<Record<FacetName, string[]>>;

/** Stands for assets that have no value; the selection language writes it in the same way. */
export const NONE = '<null>';

const orNone = (values: string[]): string[] => (values.length > 0 ? values : [NONE]);

function valuesOf(asset: Asset, facet: FacetName): string[] {
  switch (facet) {
    case 'state': {
      // What is late is found as such, whatever else it shows first.
      const state = stateOf(asset);
      return asset.late && state !== 'late' ? [state, 'late'] : [state];
    }
    case 'staleness':
      return [asset.staleness];
    case 'check':
      return orNone([worstCheck(asset.checks)].filter((word) => word !== undefined));
    case 'group':
      return [asset.group];
    case 'kind':
      return orNone(asset.kinds ?? []);
    case 'owner':
      return orNone(asset.owners ?? []);
    case 'tag':
      return orNone(Object.entries(asset.tags ?? {}).map(([name, value]) => (value ? `${name}=${value}` : name)));
    case 'domain':
      return orNone(asset.domain ? [asset.domain] : []);
    case 'tier':
      return orNone(asset.tier ? [asset.tier] : []);
  }
}

/** Every word of what is typed must be in the key. */
export function matchesText(key: string, words: readonly string[]): boolean {
  const lower = key.toLowerCase();
  return words.every((word) => lower.includes(word));
}

export type Filtered = { assets: Asset[]; counts: Record<FacetName, Map<string, number>> };

/**
 * The assets that pass, and for each facet how many would have each value if only the other facets counted. An asset
 * that fails one facet alone counts for that facet, so one walk is enough.
 */
export function filterAssets(all: readonly Asset[], chosen: Chosen, text = ''): Filtered {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const wanted = FACETS.map((facet) => new Set(chosen[facet] ?? []));
  const maps = FACETS.map(() => new Map<string, number>());
  const assets: Asset[] = [];
  // Ten thousand assets are walked through while somebody types, so nothing is made here that is not needed.
  const found: string[][] = [];
  for (const asset of all) {
    if (!matchesText(asset.key, words)) continue;
    let fails = 0;
    let failing = 0;
    for (const [at, facet] of FACETS.entries()) {
      const values = valuesOf(asset, facet);
      const set = wanted[at];
      found[at] = values;
      if (!set || set.size === 0 || values.some((value) => set.has(value))) continue;
      fails += 1;
      failing = at;
    }
    if (fails > 1) continue;
    if (fails === 0) assets.push(asset);
    for (const [at, map] of maps.entries()) {
      if (fails === 1 && at !== failing) continue;
      for (const value of found[at] ?? []) map.set(value, (map.get(value) ?? 0) + 1);
    }
  }
  const counts = Object.fromEntries(FACETS.map((facet, at) => [facet, maps[at]])) as Filtered['counts'];
  return { assets, counts };
}

const LABELS: Record<FacetName, string> = {
  state: 'State',
  staleness: 'Up to date',
  check: 'Checks',
  group: 'Group',
  kind: 'Kind',
  owner: 'Owner',
  tag: 'Tag',
  domain: 'Domain',
  tier: 'Tier',
};

const LOOKS: Partial<Record<FacetName, StateKind>> = { state: 'asset', staleness: 'staleness', check: 'check' };

/** The facets as the filter bar takes them. A facet whose assets all have no value is left out. */
export function facetMenus(counts: Filtered['counts'], chosen: Chosen): Facet[] {
  return FACETS.flatMap((name) => {
    const look = LOOKS[name];
    const values = [...new Set([...counts[name].keys(), ...(chosen[name] ?? [])])];
    if (values.every((value) => value === NONE) && !chosen[name]) return [];
    const options = values.map((value) => ({
      value,
      label: value === NONE ? `No ${LABELS[name].toLowerCase()}` : look ? lookOf(look, value).label : value,
      count: counts[name].get(value) ?? 0,
    }));
    // The names that people look for are in order; what has none comes last.
    options.sort((a, b) => Number(a.value === NONE) - Number(b.value === NONE) || a.label.localeCompare(b.label));
    return [{ name, label: LABELS[name], options }];
  });
}

export const SORTS = ['key', 'state', 'group', 'at', 'check'] as const;
export type SortName = (typeof SORTS)[number];

/** The states that somebody should look at come first. */
const STATE_ORDER = ['failed', 'check_failed', 'late', 'check_warned', 'in_progress', 'missing', 'present', 'external'];
const CHECK_ORDER = ['failed', 'warned', 'never', 'passed'];

export function sortAssets(assets: readonly Asset[], by: SortName, order: 'up' | 'down'): Asset[] {
  const sign = order === 'up' ? 1 : -1;
  const rank = (list: string[], word: string | undefined) => (word === undefined ? list.length : list.indexOf(word));
  const compare: Record<SortName, (a: Asset, b: Asset) => number> = {
    key: () => 0,
    state: (a, b) => rank(STATE_ORDER, stateOf(a)) - rank(STATE_ORDER, stateOf(b)),
    group: (a, b) => (a.group < b.group ? -1 : a.group > b.group ? 1 : 0),
    at: (a, b) => ((a.latest?.at ?? '') < (b.latest?.at ?? '') ? -1 : a.latest?.at === b.latest?.at ? 0 : 1),
    check: (a, b) => rank(CHECK_ORDER, worstCheck(a.checks)) - rank(CHECK_ORDER, worstCheck(b.checks)),
  };
  const byName = (a: Asset, b: Asset) => (a.key < b.key ? -1 : 1);
  return [...assets].sort((a, b) => sign * compare[by](a, b) || (by === 'key' ? sign : 1) * byName(a, b));
}

/** Facets that the selection language can say; the others are about how assets are now. */
const SAID: FacetName[] = ['group', 'kind', 'owner', 'tag', 'domain', 'tier'];

const WORD = /^(?!(and|or|not)$)[\w./:@-]+$/i;
const value = (text: string): string =>
  text === NONE || WORD.test(text) ? text : `"${text.replace(/["\\]/g, '\\$&')}"`;

const condition = (facet: FacetName, text: string): string => {
  const equals = facet === 'tag' ? text.indexOf('=') : -1;
  if (equals < 0) return `${facet}:${value(text)}`;
  return `tag:${value(text.slice(0, equals))}=${value(text.slice(equals + 1))}`;
};

/**
 * The same assets in the selection language, so that thousands of them can be named in a line; undefined where a
 * filter is about what the language does not know.
 */
export function asSelection(select: string, chosen: Chosen, text = ''): string | undefined {
  const given = FACETS.filter((facet) => chosen[facet]?.length);
  if (text.trim() || given.some((facet) => !SAID.includes(facet))) return undefined;
  const parts = given.map((facet) => (chosen[facet] ?? []).map((each) => condition(facet, each)));
  const many = parts.length + (select ? 1 : 0) > 1;
  const texts = parts.map((each) => (each.length > 1 && many ? `(${each.join(' or ')})` : each.join(' or ')));
  const all = [...(select ? [many ? `(${select})` : select] : []), ...texts];
  return all.length > 0 ? all.join(' and ') : '*';
}
