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
  return `/runs/${run?.id}`;
}

async function anySchedule(request: APIRequestContext): Promise<string> {
  const [schedule] = await items(request, '/schedules');
  return `/schedules/${schedule?.name}`;
}

export const SHOTS: Shot[] = [
  { name: 'overview', path: fixed('/') },
  { name: 'lineage', path: fixed('/lineage') },
  {
    name: 'lineage-fault',
    path: fixed('/lineage'),
    act: async (page) => {
      await page.getByLabel('Asset selection').fill('group:curated and (');
      await page.getByText('something to select').first().waitFor();
    },
  },
  { name: 'assets', path: fixed('/assets') },
  { name: 'asset', path: fixed('/assets/curated/orders') },
  { name: 'runs', path: fixed('/runs') },
  { name: 'run', path: anyRun },
  { name: 'schedules', path: fixed('/schedules') },
  { name: 'schedule', path: anySchedule },
  { name: 'queue', path: fixed('/queue') },
  { name: 'workers', path: fixed('/workers') },
  { name: 'deployments', path: fixed('/deployments') },
  { name: 'alerts', path: fixed('/alerts') },
  { name: 'not-found', path: fixed('/nowhere') },
  {
    name: 'palette',
    path: fixed('/assets'),
    act: async (page) => {
      await page.getByRole('button', { name: /Find or do anything/ }).click();
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
