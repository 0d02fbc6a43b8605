// The addresses of all screens, with the types of their search parameters. A screen's code is loaded when it is opened.
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { graphQuery, overviewQuery } from './api/queries';
import { queryClient } from './api/query-client';
import { count, oneOf, parseSearch, stringifySearch, text, texts } from './lib/search';
import { NotFound, ScreenError } from './shell/boundary';
import { Shell } from './shell/shell';

type Raw = Record<string, unknown>;

/**
 * Every parameter may be absent, and those that are do not stand in the address. One that makes no sense is told as
 * undefined, since the router would otherwise hand on what stands there.
 */
const optional =
  <T extends object>(read: (raw: Raw) => T) =>
  (raw: Raw): Partial<T> =>
    Object.fromEntries(
      Object.entries(read(raw)).filter(([name, value]) => value !== undefined || name in raw),
    ) as Partial<T>;

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound });
const at = <const P extends string>(path: P) => ({ getParentRoute: () => root, path }) as const;

export const WINDOWS = ['1h', '6h', '24h', '7d'] as const;

const overview = createRoute({
  ...at('/'),
  validateSearch: optional((raw) => ({ window: oneOf(raw, 'window', WINDOWS) })),
  loader: () => void queryClient.prefetchQuery(overviewQuery()),
  component: lazyRouteComponent(() => import('./screens/overview')),
});

const lineageSearch = optional((raw) => ({
  select: text(raw, 'select'),
  collapse: texts(raw, 'collapse'),
  focus: text(raw, 'focus'),
  view: oneOf(raw, 'view', ['graph', 'list'] as const),
}));

const lineage = createRoute({
  ...at('/lineage'),
  validateSearch: lineageSearch,
  loaderDeps: ({ search: { select, collapse } }) => ({ select, collapse }),
  loader: ({ deps }) => void queryClient.prefetchQuery(graphQuery(deps)),
  component: lazyRouteComponent(() => import('./screens/lineage')),
});

/** The list and the page of an asset share a parent: side by side, the page would also match the empty key. */
const catalog = createRoute(at('/assets'));

const assets = createRoute({
  getParentRoute: () => catalog,
  path: '/',
  validateSearch: optional((raw) => ({
    q: text(raw, 'q'),
    select: text(raw, 'select'),
    state: texts(raw, 'state'),
    staleness: texts(raw, 'staleness'),
    check: texts(raw, 'check'),
    group: texts(raw, 'group'),
    owner: texts(raw, 'owner'),
    kind: texts(raw, 'kind'),
    tag: texts(raw, 'tag'),
    domain: texts(raw, 'domain'),
    tier: texts(raw, 'tier'),
    sort: text(raw, 'sort'),
    order: oneOf(raw, 'order', ['up', 'down'] as const),
  })),
  component: lazyRouteComponent(() => import('./screens/assets')),
});

export const ASSET_TABS = ['overview', 'checks', 'history', 'plots', 'definition'] as const;

/** The key is the rest of the address, with its slashes. */
const asset = createRoute({
  getParentRoute: () => catalog,
  path: '$',
  validateSearch: optional((raw) => ({
    tab: oneOf(raw, 'tab', ASSET_TABS),
    check: text(raw, 'check'),
    version: count(raw, 'version'),
  })),
  component: lazyRouteComponent(() => import('./screens/asset')),
});

const runs = createRoute({
  ...at('/runs'),
  validateSearch: optional((raw) => ({
    state: texts(raw, 'state'),
    tag: text(raw, 'tag'),
    schedule: text(raw, 'schedule'),
    root: text(raw, 'root'),
    since: text(raw, 'since'),
  })),
  component: lazyRouteComponent(() => import('./screens/runs')),
});

export const RUN_TABS = ['timeline', 'steps', 'events', 'logs', 'results', 'plan'] as const;

const run = createRoute({
  ...at('/runs/$run'),
  validateSearch: optional((raw) => ({
    tab: oneOf(raw, 'tab', RUN_TABS),
    step: count(raw, 'step'),
    attempt: count(raw, 'attempt'),
    stream: oneOf(raw, 'stream', ['stdout', 'stderr', 'log'] as const),
    state: texts(raw, 'state'),
    kind: texts(raw, 'kind'),
    sort: oneOf(raw, 'sort', ['plan', 'start', 'duration'] as const),
    q: text(raw, 'q'),
  })),
  component: lazyRouteComponent(() => import('./screens/run')),
});

const schedules = createRoute({
  ...at('/schedules'),
  validateSearch: optional((raw) => ({ q: text(raw, 'q'), switch: texts(raw, 'switch'), last: texts(raw, 'last') })),
  component: lazyRouteComponent(() => import('./screens/schedules')),
});

const schedule = createRoute({
  ...at('/schedules/$schedule'),
  validateSearch: optional((raw) => ({ outcome: texts(raw, 'outcome') })),
  component: lazyRouteComponent(() => import('./screens/schedule')),
});

const queue = createRoute({
  ...at('/queue'),
  validateSearch: optional((raw) => ({ q: text(raw, 'q'), pool: text(raw, 'pool'), why: text(raw, 'why') })),
  component: lazyRouteComponent(() => import('./screens/queue')),
});

const workers = createRoute({
  ...at('/workers'),
  validateSearch: optional((raw) => ({
    q: text(raw, 'q'),
    state: texts(raw, 'state'),
    location: texts(raw, 'location'),
    worker: text(raw, 'worker'),
  })),
  component: lazyRouteComponent(() => import('./screens/workers')),
});

const deployments = createRoute({
  ...at('/deployments'),
  /** `now` and `was` are the two snapshots that are compared. */
  validateSearch: optional((raw) => ({
    location: text(raw, 'location'),
    state: texts(raw, 'state'),
    now: text(raw, 'now'),
    was: text(raw, 'was'),
  })),
  component: lazyRouteComponent(() => import('./screens/deployments')),
});

export const ALERT_TABS = ['incidents', 'policies', 'channels', 'deliveries'] as const;

const alerts = createRoute({
  ...at('/alerts'),
  validateSearch: optional((raw) => ({
    tab: oneOf(raw, 'tab', ALERT_TABS),
    state: oneOf(raw, 'state', ['open', 'resolved', 'all'] as const),
    delivery: oneOf(raw, 'delivery', ['waiting', 'delivered', 'withdrawn', 'dead'] as const),
    q: text(raw, 'q'),
    severity: texts(raw, 'severity'),
    kind: texts(raw, 'kind'),
  })),
  component: lazyRouteComponent(() => import('./screens/alerts')),
});

const incident = createRoute({
  ...at('/alerts/incidents/$incident'),
  component: lazyRouteComponent(() => import('./screens/incident')),
});

export const router = createRouter({
  routeTree: root.addChildren([
    overview,
    lineage,
    catalog.addChildren([assets, asset]),
    runs,
    run,
    schedules,
    schedule,
    queue,
    workers,
    deployments,
    alerts,
    incident,
  ]),
  defaultErrorComponent: ScreenError,
  defaultPreload: 'intent',
  defaultPreloadDelay: 60,
  scrollRestoration: true,
  scrollToTopSelectors: ['#main'],
  parseSearch: (search) => parseSearch(search),
  stringifySearch,
});

/** Loads the code of the screen that is open, so that it is there when the first answer of the server is. */
export function loadScreen(): void {
  for (const { routeId } of router.matchRoutes(router.latestLocation)) {
    void router.loadRouteChunk(router.routesById[routeId as '/']);
  }
}

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
