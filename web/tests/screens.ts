// Every screen worth looking at, for the gallery and for the accessibility tests.
import type { APIRequestContext, Page } from '@playwright/test';
import { items } from './support';

export type Shot = {
  name: string;
  path: (request: APIRequestContext) => Promise<string>;
  /** What to do before the picture is taken. */
  act?: (page: Page) => Promise<void>;
};

const fixed = (path: string) => async () => path;

async function anyRun(request: APIRequestContext): Promise<string> {
  const [run] = await items(request, '/runs?limit=1');
  return `/runs/${run?.id ?? '01a00000-0000-7000-8000-000000000000'}`;
}

/** A run that says something: one that failed, if any did. */
const aRun = (search: string) => async (request: APIRequestContext) => {
  const [failed] = await items(request, '/runs?state=failed&limit=1');
  const path = failed ? `/runs/${failed.id}` : await anyRun(request);
  return `${path}?${search}`;
};

async function latestVersion(request: APIRequestContext): Promise<string> {
  const [version] = await items(request, '/assets/curated%2Forders/versions?limit=1');
  return `/assets/curated/orders?tab=history&version=${version?.seq ?? 0}`;
}

async function anySchedule(request: APIRequestContext): Promise<string> {
  const [schedule] = await items(request, '/schedules');
  return `/schedules/${schedule?.name ?? 'nightly'}`;
}

async function anyIncident(request: APIRequestContext): Promise<string> {
  const [incident] = await items(request, '/alerts/incidents?state=all&limit=1');
  return `/alerts/incidents/${incident?.id ?? '01a00000-0000-7000-8000-000000000000'}`;
}

/** What changed with the latest deploy; the list of deploys where there is only one. */
async function lastChange(request: APIRequestContext): Promise<string> {
  const deploys = (await items(request, '/deploys?limit=50')).filter(({ refused }) => !refused);
  const now = deploys[0];
  const was = deploys.find(({ snapshot, location }) => location === now?.location && snapshot !== now?.snapshot);
  return was ? `/deployments?now=${now?.snapshot}&was=${was.snapshot}` : '/deployments';
}

async function anyWorker(request: APIRequestContext): Promise<string> {
  const answer = await request.get('/api/v1/workers');
  const [worker] = answer.ok() ? (await answer.json()).items : [];
  return `/workers?worker=${worker?.id ?? ''}`;
}

export const SHOTS: Shot[] = [
  { name: 'overview', path: fixed('/') },
  { name: 'lineage', path: fixed('/lineage') },
  {
    name: 'lineage-focus',
    path: fixed('/lineage?focus=curated/orders'),
    act: async (page) => {
      await page.getByRole('complementary').getByText('Upstream').waitFor();
    },
  },
  { name: 'lineage-groups', path: fixed('/lineage?collapse=raw&collapse=cleansed') },
  { name: 'lineage-list', path: fixed('/lineage?view=list') },
  {
    name: 'materialize',
    path: fixed('/lineage?focus=raw/orders'),
    act: async (page) => {
      await page.getByRole('complementary').getByRole('button', { name: 'Materialize', exact: true }).click();
      await page.getByText('full_refresh').waitFor();
    },
  },
  {
    name: 'lineage-fault',
    path: fixed('/lineage'),
    act: async (page) => {
      await page.getByLabel('Asset selection').fill('group:curated and (');
      await page.getByText('something to select').first().waitFor();
    },
  },
  { name: 'assets', path: fixed('/assets') },
  {
    name: 'assets-chosen',
    path: fixed('/assets?group=curated&sort=check'),
    act: async (page) => {
      await page.getByRole('checkbox', { name: 'Choose all rows' }).check();
      await page.getByText('9 assets chosen').waitFor();
    },
  },
  { name: 'assets-none', path: fixed('/assets?q=there-is-no-such-asset') },
  { name: 'asset', path: fixed('/assets/curated/orders') },
  { name: 'asset-stale', path: fixed('/assets/activation/crm_contacts') },
  { name: 'asset-checks', path: fixed('/assets/clean/customers?tab=checks') },
  { name: 'asset-history', path: latestVersion },
  { name: 'asset-plots', path: fixed('/assets/activation/demand_forecast?tab=plots') },
  { name: 'asset-definition', path: fixed('/assets/activation/demand_forecast?tab=definition') },
  { name: 'asset-unknown', path: fixed('/assets/there/is_none') },
  { name: 'runs', path: fixed('/runs') },
  { name: 'runs-none', path: fixed('/runs?state=canceled&tag=there-is-no-such-tag') },
  { name: 'run', path: anyRun },
  { name: 'run-steps', path: aRun('tab=steps&step=0') },
  { name: 'run-events', path: aRun('tab=events') },
  { name: 'run-logs', path: aRun('tab=logs&step=0&stream=log') },
  { name: 'run-results', path: aRun('tab=results') },
  { name: 'run-plan', path: aRun('tab=plan') },
  { name: 'schedules', path: fixed('/schedules') },
  { name: 'schedule', path: anySchedule },
  {
    name: 'schedule-run',
    path: anySchedule,
    act: async (page) => {
      await page.getByRole('button', { name: 'Run now' }).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  { name: 'queue', path: fixed('/queue') },
  {
    name: 'pool',
    path: fixed('/queue'),
    act: async (page) => {
      const change = page.getByRole('button', { name: /Change the limit/ });
      if ((await change.count()) === 0) return;
      await change.first().click();
      await page.getByRole('dialog').waitFor();
    },
  },
  { name: 'workers', path: fixed('/workers') },
  { name: 'worker', path: anyWorker },
  { name: 'deployments', path: fixed('/deployments') },
  { name: 'deployments-diff', path: lastChange },
  { name: 'alerts', path: fixed('/alerts?state=all') },
  { name: 'alerts-policies', path: fixed('/alerts?tab=policies') },
  { name: 'alerts-channels', path: fixed('/alerts?tab=channels') },
  { name: 'alerts-deliveries', path: fixed('/alerts?tab=deliveries') },
  { name: 'incident', path: anyIncident },
  { name: 'not-found', path: fixed('/nowhere') },
  {
    name: 'palette',
    path: fixed('/assets'),
    act: async (page) => {
      await page.getByRole('button', { name: /Find or do anything/ }).click();
      await page.getByRole('combobox', { name: /Find or do anything/ }).fill('orders');
      await page.getByRole('option', { name: 'raw/orders' }).waitFor();
    },
  },
  {
    name: 'help',
    path: fixed('/assets'),
    act: async (page) => {
      await page.keyboard.press('?');
      await page.getByRole('dialog').waitFor();
    },
  },
];
