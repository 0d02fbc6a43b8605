// Query keys. The first words say what the data is about, so that an event can name all that it makes old.
export const keys = {
  status: ['status'] as const,
  overview: ['overview'] as const,
  graph: ['graph'] as const,
  assets: ['assets'] as const,
  asset: (key: string) => ['asset', key] as const,
  runs: ['runs'] as const,
  run: (id: string) => ['run', id] as const,
  queue: ['queue'] as const,
  pools: ['pools'] as const,
  workers: ['workers'] as const,
  schedules: ['schedules'] as const,
  schedule: (name: string) => ['schedule', name] as const,
  deployments: ['deployments'] as const,
  deploys: ['deploys'] as const,
  jobs: ['jobs'] as const,
  resources: ['resources'] as const,
  selection: ['selection'] as const,
  snapshot: (hash: string) => ['snapshot', hash] as const,
  policies: ['policies'] as const,
  channels: ['channels'] as const,
  incidents: ['incidents'] as const,
  incident: (id: string) => ['incident', id] as const,
  deliveries: ['deliveries'] as const,
};

export type Key = readonly string[];
