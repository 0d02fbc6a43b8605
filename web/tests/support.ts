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

/** Waits until the page shows data instead of skeletons. */
export async function settle(page: Page): Promise<void> {
  await page.locator('h1').first().waitFor();
  await expect(page.getByRole('status', { name: 'Loading' })).toHaveCount(0);
  await page.evaluate(() => document.fonts.ready);
}

type Item = Record<string, unknown>;

/** The items of a list of the API. */
export async function items(request: APIRequestContext, path: string): Promise<Item[]> {
  const answer = await request.get(`${API}${path}`);
  return answer.ok() ? ((await answer.json()).items as Item[]) : [];
}
