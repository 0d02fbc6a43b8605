import { type APIRequestContext, expect, type Page } from '@playwright/test';

export const API = '/api/v1/deployments/default';

export type Console = { expectQuiet: () => void };

/** Listens to what the page complains about: uncaught errors, and what the content security policy refused. */
export function listen(page: Page): Console {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    // The browser logs every refused request; a screen may meet one and says so by itself.
    const expected = message.text().startsWith('Failed to load resource');
    if (message.type() === 'error' && !expected) complaints.push(message.text());
  });
  return { expectQuiet: () => expect(complaints).toEqual([]) };
}

/** For how long a page must have looked settled: a part that is loaded by another one starts within it. */
const STILL_MS = 150;

/**
 * Waits until the page shows data, or what went wrong, instead of skeletons, and goes on doing so: it has its heading, and
 * nothing loads, now and a moment later.
 */
export async function settle(page: Page): Promise<void> {
  await expect(async () => {
    await expectSettled(page);
    await page.waitForTimeout(STILL_MS);
    await expectSettled(page);
  }).toPass({ timeout: 30_000 });
  await page.evaluate(() => document.fonts.ready);
}

/** Looks once, without waiting. */
async function expectSettled(page: Page): Promise<void> {
  expect(await page.locator('main h1').count(), 'headings of the page').toBe(1);
  expect(await page.getByRole('status', { name: 'Loading' }).count(), 'parts that load').toBe(0);
}

type Item = Record<string, unknown>;

/** The items of a list of the API. */
export async function items(request: APIRequestContext, path: string): Promise<Item[]> {
  const answer = await request.get(`${API}${path}`);
  return answer.ok() ? ((await answer.json()).items as Item[]) : [];
}

/** Questions of screens; what the frame asks first is answered. */
const QUESTIONS = /\/api\/v1\/(deployments|workers)/;
const STREAM = /\/events\/stream/;

/** Every screen's question is refused. */
export async function refuseAll(page: Page): Promise<void> {
  await page.route(QUESTIONS, async (route) => {
    if (STREAM.test(route.request().url())) return route.continue();
    const hint = 'Ask somebody with the role admin for one with the role viewer.';
    const body = { code: 'forbidden', message: 'This token may not read the deployment.', hint };
    return route.fulfill({ status: 403, contentType: 'application/json', body: JSON.stringify(body) });
  });
}

/** No screen's question is ever answered. */
export async function silence(page: Page): Promise<void> {
  await page.route(QUESTIONS, async (route) => {
    if (STREAM.test(route.request().url())) await route.continue();
  });
}
