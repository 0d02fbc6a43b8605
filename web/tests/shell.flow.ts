// What surrounds each screen: palette, shortcuts, theme, the live connection.
import { expect, type Page, test } from '@playwright/test';
import { API, settle } from './support';

async function open(page: Page, path = '/'): Promise<void> {
  await page.goto(path);
  await settle(page);
}

test('the palette finds assets, screens and actions by keyboard', async ({ page }) => {
  await open(page);
  await page.keyboard.press('Control+k');
  const field = page.getByRole('combobox', { name: 'Find or do anything' });
  await expect(field).toBeFocused();
  await field.fill('curated orders');
  await expect(page.getByRole('option', { name: 'curated/orders', exact: true })).toBeVisible();
  await field.press('Enter');
  await expect(page).toHaveURL(/\/assets\/curated\/order/);
  await page.keyboard.press('Control+k');
  await field.fill('workers');
  await field.press('Enter');
  await expect(page).toHaveURL(/\/workers$/);
  await page.keyboard.press('/');
  await field.fill('dark');
  await page.getByRole('option', { name: /Dark theme/ }).click();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await expect(field).toHaveCount(0);
});

test('a run is found by the end of its id', async ({ page }) => {
  const runs = await (await page.request.get(`${API}/runs?limit=1`)).json();
  const id: string = runs.items[0].id;
  await open(page);
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Find or do anything' }).fill(id.slice(0, 13));
  await page.getByRole('option', { name: new RegExp(`Run ${id.slice(0, 13)}`) }).click();
  await expect(page).toHaveURL(new RegExp(id));
});

test('shortcuts lead to every screen, and the sheet names them', async ({ page }) => {
  await open(page);
  for (const [letter, path] of [
    ['l', '/lineage'],
    ['a', '/assets'],
    ['r', '/runs'],
    ['q', '/queue'],
    ['o', '/'],
  ]) {
    await page.keyboard.press('g');
    await page.keyboard.press(letter ?? '');
    await expect(page).toHaveURL(new RegExp(`${path}$`));
  }
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Shortcuts' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('the overview follows what happens elsewhere, without being loaded again', async ({ page }) => {
  await open(page);
  await expect(page.getByText('Live')).toBeVisible();
  const runs = page.getByRole('listitem').filter({ hasText: /^Runs\d/ });
  const count = async () => Number(((await runs.textContent()) ?? '').replace(/\D/g, ''));
  const before = await count();
  const asked = await page.request.post(`${API}/runs`, { data: { selection: 'raw/till_file' } });
  expect(asked.ok()).toBe(true);
  await expect.poll(count).toBeGreaterThan(before);
});

test('a lost connection is shown, and heals', async ({ page, context }) => {
  await open(page);
  await expect(page.getByText('Live')).toBeVisible();
  await context.setOffline(true);
  const lost = page.getByRole('button', { name: /Not connected/ });
  await expect(lost).toBeVisible();
  await context.setOffline(false);
  await expect(page.getByText('Live')).toBeVisible({ timeout: 20_000 });
});

test('the first stop of the keyboard skips the navigation', async ({ page }) => {
  await open(page);
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to the page' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main')).toBeFocused();
});

test('an address with a part of an id becomes the whole one', async ({ page }) => {
  const { id } = (await (await page.request.get(`${API}/runs?limit=1`)).json()).items[0];
  await open(page, `/runs/${id.slice(-10)}?tab=plan`);
  await expect(page).toHaveURL(new RegExp(`/runs/${id}\\?tab=plan$`));
  await expect(page.getByText('What was asked for')).toBeVisible();
});

test('what has no page is said in plain words, with what may have been meant', async ({ page }) => {
  await open(page, '/runs/never');
  await expect(page.getByRole('heading', { name: 'never is no run id' })).toBeVisible();
  await open(page, '/runs/0000ffff');
  await expect(page.getByRole('heading', { name: 'There is no run 0000ffff' })).toBeVisible();
  await page.getByRole('main').getByRole('link', { name: /^01/ }).first().click();
  await expect(page.getByRole('tab', { name: 'Timeline' })).toBeVisible();
  await open(page, '/alerts/incidents/01a00000-0000-7000-8000-000000000000');
  await expect(page.getByRole('heading', { name: /^There is no incident 01a0/ })).toBeVisible();
});

test('a tab that nobody looks at lets go of its stream, and goes on where it was', async ({ page }) => {
  const asked: (string | undefined)[] = [];
  page.on('request', (request) => {
    if (request.url().includes('/events/stream')) asked.push(request.headers()['last-event-id']);
  });
  const gone = page.waitForEvent('requestfailed', (request) => request.url().includes('/events/stream'));
  await open(page, '/runs');
  const show = (state: DocumentVisibilityState) =>
    page.evaluate((state) => {
      Object.defineProperty(document, 'visibilityState', { get: () => state, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }, state);
  await show('hidden');
  await gone;
  const launched = await page.request.post(`${API}/runs`, {
    headers: { 'idempotency-key': crypto.randomUUID() },
    data: { selection: 'raw/till_file' },
  });
  const { run } = await launched.json();
  await expect(page.locator(`a[href^="/runs/${run}"]`)).toHaveCount(0);
  await show('visible');
  await expect(page.locator(`a[href^="/runs/${run}"]`).first()).toBeVisible();
  expect(asked.length).toBeGreaterThan(1);
});
