// What can be read, as options for `useQuery` and `useInfiniteQuery`. Nothing here polls: the live connection says what
// has become old (../live).
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { body, DEPLOYMENT, getPending, http } from './client';
import { keys } from './keys';
import type {
  AlertChannel,
  AlertPolicy,
  Delivery,
  DeliveryState,
  Graph,
  Incident,
  IncidentDetail,
  LogStream,
  Overview,
  Page,
  Series,
  SnapshotDiff,
} from './types';

const deployment = DEPLOYMENT;
const here = { path: { deployment } };
const segment = encodeURIComponent;

export const statusQuery = () =>
  queryOptions({ queryKey: keys.status, queryFn: ({ signal }) => body(http.GET('/api/v1/status', { signal })) });

export const overviewQuery = () =>
  queryOptions({ queryKey: keys.overview, queryFn: ({ signal }) => getPending<Overview>('/overview', { signal }) });

export type GraphFilter = { select?: string; collapse?: string[] };

export const graphQuery = (filter: GraphFilter = {}) =>
  queryOptions({
    queryKey: [...keys.graph, filter],
    queryFn: ({ signal }) => {
      const query = { select: filter.select, collapse: filter.collapse?.join(',') };
      return getPending<Graph>('/graph', { query, signal });
    },
  });

/** All assets of a selection, read in parts until the end: facets and counts need all of them. */
export const assetsQuery = (select = '') =>
  queryOptions({
    queryKey: [...keys.assets, select],
    queryFn: ({ signal }) =>
      everything((cursor) => {
        const query = { select: select || undefined, cursor, limit: 500 };
        const params = { ...here, query };
        return body(http.GET('/api/v1/deployments/{deployment}/assets', { params, signal }));
      }),
  });

export const assetQuery = (key: string) =>
  queryOptions({
    queryKey: keys.asset(key),
    queryFn: ({ signal }) => {
      const params = { path: { deployment, key } };
      return body(http.GET('/api/v1/deployments/{deployment}/assets/{key}', { params, signal }));
    },
  });

export const versionsQuery = (key: string) =>
  infiniteQueryOptions({
    queryKey: [...keys.asset(key), 'versions'],
    queryFn: ({ pageParam, signal }) => {
      const params = { path: { deployment, key }, query: { cursor: pageParam, limit: 50 } };
      return body(http.GET('/api/v1/deployments/{deployment}/assets/{key}/versions', { params, signal }));
    },
    ...pages,
  });

export const checksQuery = (key: string, check?: string) =>
  infiniteQueryOptions({
    queryKey: [...keys.asset(key), 'checks', check ?? ''],
    queryFn: ({ pageParam, signal }) => {
      const query = { cursor: pageParam, limit: 50 };
      if (check === undefined) {
        const params = { path: { deployment, key }, query };
        return body(http.GET('/api/v1/deployments/{deployment}/assets/{key}/checks', { params, signal }));
      }
      const params = { path: { deployment, key, check }, query };
      return body(http.GET('/api/v1/deployments/{deployment}/assets/{key}/checks/{check}', { params, signal }));
    },
    ...pages,
  });

export const seriesQuery = (key: string, limit = 100) =>
  queryOptions({
    queryKey: [...keys.asset(key), 'series', limit],
    queryFn: ({ signal }) => getPending<Series>(`/assets/${segment(key)}/series`, { query: { limit }, signal }),
  });

export type RunFilter = { state?: string[]; tag?: string; schedule?: string; root?: string; since?: string };

export const runsQuery = (filter: RunFilter = {}, limit = 50) =>
  infiniteQueryOptions({
    queryKey: [...keys.runs, filter, limit],
    queryFn: ({ pageParam, signal }) => {
      const query = { ...filter, state: filter.state?.join(',') || undefined, cursor: pageParam, limit };
      return body(http.GET('/api/v1/deployments/{deployment}/runs', { params: { ...here, query }, signal }));
    },
    ...pages,
  });

export const runQuery = (run: string) =>
  queryOptions({
    queryKey: [...keys.run(run), 'detail'],
    queryFn: ({ signal }) => {
      const params = { path: { deployment, run } };
      return body(http.GET('/api/v1/deployments/{deployment}/runs/{run}', { params, signal }));
    },
  });

export const stepsQuery = (run: string) =>
  queryOptions({
    queryKey: [...keys.run(run), 'steps'],
    queryFn: async ({ signal }) => {
      const params = { path: { deployment, run } };
      return (await body(http.GET('/api/v1/deployments/{deployment}/runs/{run}/steps', { params, signal }))).items;
    },
  });

export const attemptsQuery = (run: string) =>
  queryOptions({
    queryKey: [...keys.run(run), 'attempts'],
    queryFn: async ({ signal }) => {
      const params = { path: { deployment, run } };
      return (await body(http.GET('/api/v1/deployments/{deployment}/runs/{run}/attempts', { params, signal }))).items;
    },
  });

export const runVersionsQuery = (run: string) =>
  queryOptions({
    queryKey: [...keys.run(run), 'versions'],
    queryFn: async ({ signal }) => {
      const params = { path: { deployment, run } };
      return (await body(http.GET('/api/v1/deployments/{deployment}/runs/{run}/versions', { params, signal }))).items;
    },
  });

export const runChecksQuery = (run: string) =>
  queryOptions({
    queryKey: [...keys.run(run), 'checks'],
    queryFn: async ({ signal }) => {
      const params = { path: { deployment, run } };
      return (await body(http.GET('/api/v1/deployments/{deployment}/runs/{run}/checks', { params, signal }))).items;
    },
  });

/** The events of a run from old to new, in parts of 500. */
export const runEventsQuery = (run: string) =>
  infiniteQueryOptions({
    queryKey: [...keys.run(run), 'events'],
    queryFn: ({ pageParam, signal }) => {
      const params = { path: { deployment, run }, query: { after: pageParam, limit: 500 } };
      return body(http.GET('/api/v1/deployments/{deployment}/runs/{run}/events', { params, signal }));
    },
    initialPageParam: 0,
    getNextPageParam: (page) => (page.items.length < 500 ? undefined : page.items.at(-1)?.seq),
  });

export type LogPlace = { run: string; step: number; stream: LogStream; attempt?: number };

export const readLog = ({ run, step, stream, attempt }: LogPlace, offset: number, signal?: AbortSignal) => {
  const params = { path: { deployment, run, step, stream }, query: { attempt, offset } };
  const path = '/api/v1/deployments/{deployment}/runs/{run}/steps/{step}/logs/{stream}';
  return body(http.GET(path, { params, signal }));
};

export const queueQuery = () =>
  queryOptions({
    queryKey: keys.queue,
    queryFn: ({ signal }) => body(http.GET('/api/v1/deployments/{deployment}/queue', { params: here, signal })),
  });

export const poolsQuery = () =>
  queryOptions({
    queryKey: keys.pools,
    queryFn: async ({ signal }) =>
      (await body(http.GET('/api/v1/deployments/{deployment}/pools', { params: here, signal }))).items,
  });

export const workersQuery = () =>
  queryOptions({
    queryKey: keys.workers,
    queryFn: async ({ signal }) => (await body(http.GET('/api/v1/workers', { signal }))).items,
  });

export const schedulesQuery = () =>
  queryOptions({
    queryKey: keys.schedules,
    queryFn: async ({ signal }) =>
      (await body(http.GET('/api/v1/deployments/{deployment}/schedules', { params: here, signal }))).items,
  });

export const ticksQuery = (schedule: string) =>
  infiniteQueryOptions({
    queryKey: [...keys.schedule(schedule), 'ticks'],
    queryFn: ({ pageParam, signal }) => {
      const params = { path: { deployment, schedule }, query: { cursor: pageParam, limit: 50 } };
      return body(http.GET('/api/v1/deployments/{deployment}/schedules/{schedule}/ticks', { params, signal }));
    },
    ...pages,
  });

export const previewQuery = (schedule: string, count = 10) =>
  queryOptions({
    queryKey: [...keys.schedule(schedule), 'preview', count],
    queryFn: ({ signal }) => {
      const params = { path: { deployment, schedule }, query: { count } };
      return body(http.GET('/api/v1/deployments/{deployment}/schedules/{schedule}/preview', { params, signal }));
    },
  });

export const deploymentsQuery = () =>
  queryOptions({
    queryKey: keys.deployments,
    queryFn: async ({ signal }) => (await body(http.GET('/api/v1/deployments', { signal }))).items,
  });

export const deploysQuery = () =>
  infiniteQueryOptions({
    queryKey: keys.deploys,
    queryFn: ({ pageParam, signal }) => {
      const params = { ...here, query: { cursor: pageParam, limit: 50 } };
      return body(http.GET('/api/v1/deployments/{deployment}/deploys', { params, signal }));
    },
    ...pages,
  });

export const snapshotDiffQuery = (now: string, was: string) =>
  queryOptions({
    queryKey: [...keys.snapshot(now), 'diff', was],
    queryFn: ({ signal }) => getPending<SnapshotDiff>(`/snapshots/${now}/diff/${was}`, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** What the UI reads of a manifest; the rest of it is described by the manifest's JSON Schema. */
export type Manifest = {
  location: string;
  steps: { name: string; config_schema?: unknown; pool?: string; timeout?: number }[];
};

export const snapshotQuery = (snapshot: string) =>
  queryOptions({
    queryKey: [...keys.snapshot(snapshot), 'manifest'],
    queryFn: async ({ signal }) => {
      const params = { path: { deployment, snapshot } };
      const path = '/api/v1/deployments/{deployment}/snapshots/{snapshot}';
      return (await body(http.GET(path, { params, signal }))) as Manifest;
    },
    staleTime: Number.POSITIVE_INFINITY,
  });

export const jobsQuery = () =>
  queryOptions({
    queryKey: keys.jobs,
    queryFn: async ({ signal }) =>
      (await body(http.GET('/api/v1/deployments/{deployment}/jobs', { params: here, signal }))).items,
  });

export const resourcesQuery = () =>
  queryOptions({
    queryKey: keys.resources,
    queryFn: async ({ signal }) =>
      (await body(http.GET('/api/v1/deployments/{deployment}/resources', { params: here, signal }))).items,
  });

export const selectionQuery = (text: string) =>
  queryOptions({
    queryKey: [...keys.selection, text],
    queryFn: ({ signal }) => {
      const params = { ...here, query: { text } };
      return body(http.GET('/api/v1/deployments/{deployment}/selection/parse', { params, signal }));
    },
    staleTime: Number.POSITIVE_INFINITY,
  });

export const policiesQuery = () =>
  queryOptions({
    queryKey: keys.policies,
    queryFn: async ({ signal }) => (await getPending<Page<AlertPolicy>>('/alerts/policies', { signal })).items,
  });

export const channelsQuery = () =>
  queryOptions({
    queryKey: keys.channels,
    queryFn: async ({ signal }) => (await getPending<Page<AlertChannel>>('/alerts/channels', { signal })).items,
  });

export const incidentsQuery = (state: 'open' | 'resolved' | 'all' = 'open') =>
  infiniteQueryOptions({
    queryKey: [...keys.incidents, state],
    queryFn: ({ pageParam, signal }) => {
      const query = { state, cursor: pageParam, limit: 50 };
      return getPending<Page<Incident>>('/alerts/incidents', { query, signal });
    },
    ...pages,
  });

export const incidentQuery = (id: string) =>
  queryOptions({
    queryKey: keys.incident(id),
    queryFn: ({ signal }) => getPending<IncidentDetail>(`/alerts/incidents/${id}`, { signal }),
  });

export type DeliveryFilter = { state?: DeliveryState; incident?: string };

export const deliveriesQuery = (filter: DeliveryFilter = {}) =>
  infiniteQueryOptions({
    queryKey: [...keys.deliveries, filter],
    queryFn: ({ pageParam, signal }) => {
      const query = { ...filter, cursor: pageParam, limit: 50 };
      return getPending<Page<Delivery>>('/alerts/deliveries', { query, signal });
    },
    ...pages,
  });

const pages = {
  initialPageParam: undefined as string | undefined,
  getNextPageParam: (page: { next?: string | null }) => page.next ?? undefined,
};

async function everything<T>(read: (cursor: string | undefined) => Promise<Page<T>>): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | undefined;
  do {
    const page = await read(cursor);
    items.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor);
  return items;
}
