// The lineage against a server with the example shop.
import { expect, type Page, test } from '@playwright/test';
import { listen, settle } from './support';

const canvas = (page: Page) => page.getByRole('application');
/** How many nodes the last picture shows. */
const painted = (page: Page, count: string) => expect(canvas(page)).toHaveAttribute('data-painted', count);
const panel = (page: Page) => page.getByRole('complementary');

async function open(page: Page, search = ''): Promise<void> {
  await page.goto(`/lineage${search}`);
  await settle(page);
  await expect(canvas(page)).toHaveAttribute('data-painted', /\d/);
}

test('a selection narrows the graph, and what is wrong with one is shown in place', async ({ page }) => {
  const heard = listen(page);
  await open(page);
  await painted(page, '27');
  const field = page.getByLabel('Asset selection');
  await field.fill('group:curated and (');
  await expect(page.getByText(/something to select is missing/i).first()).toBeVisible();
  await expect(field).toHaveAttribute('aria-invalid', 'true');
  await expect(page).toHaveURL(/\/lineage$/);
  await painted(page, '27');
  await field.fill('group:curaed');
  await page.getByRole('button', { name: 'curated', exact: true }).click();
  await expect(field).toHaveValue('group:curated');
  await field.press('Enter');
  await expect(page).toHaveURL(/select=group:curated/);
  await painted(page, '9');
  await page.reload();
  await painted(page, '9');
  heard.expectQuiet();
});

test('an asset is found, looked at and materialized, and its run is shown', async ({ page }) => {
  await open(page);
  const find = page.getByRole('combobox', { name: 'Find in the graph' });
  await find.fill('revenue');
  await expect(page.getByRole('option')).toHaveCount(2);
  await find.press('ArrowDown');
  await find.press('ArrowUp');
  await find.press('Enter');
  await expect(page).toHaveURL(/focus=curated\/(daily|country)_revenue/);
  await panel(page).getByRole('button', { name: 'Materialize', exact: true }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByText(/headwater materialize curated\//)).toBeVisible();
  await dialog.getByLabel('Tags of the run').fill('why=test');
  await dialog.getByRole('button', { name: 'Materialize 1 asset' }).click();
  await expect(page).toHaveURL(/\/runs\/[0-9a-f-]{36}/);
  await expect(page.getByRole('main').getByText('Succeeded').first()).toBeVisible();
});

test('the keyboard goes through the graph, chooses and opens', async ({ page }) => {
  await open(page);
  await canvas(page).focus();
  await page.keyboard.press('ArrowRight');
  await expect(panel(page)).toBeVisible();
  const first = await panel(page).getAttribute('aria-label');
  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowRight');
  await expect(panel(page)).not.toHaveAttribute('aria-label', first ?? '');
  const second = await panel(page).getAttribute('aria-label');
  await page.keyboard.press('Space');
  await expect(page.getByText('2 assets chosen')).toBeVisible();
  await page.keyboard.press('m');
  await expect(page.getByRole('dialog').getByText(`headwater materialize '${first} or ${second}'`)).toBeVisible();
  await page.keyboard.press('Escape');
  await canvas(page).focus();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(new RegExp(`/assets/${second}`));
});

test('groups fold into one node each and unfold', async ({ page }) => {
  await open(page);
  await page.getByRole('button', { name: 'Groups' }).click();
  await page.getByRole('menuitemcheckbox', { name: /raw/ }).click();
  await painted(page, '21');
  await page.keyboard.press('Escape');
  await expect(page).toHaveURL(/collapse=raw/);
  await page.goto('/lineage?collapse=raw&focus=group:raw');
  await expect(panel(page).getByText('7 assets, shown as one')).toBeVisible();
  await panel(page).getByRole('button', { name: 'Show its assets' }).click();
  await painted(page, '27');
});

test('a click chooses what to look at, with Shift what to materialize', async ({ page }) => {
  await open(page, '?select=raw/orders');
  await painted(page, '1');
  const box = await canvas(page).boundingBox();
  if (!box) throw new Error('the canvas has no place');
  const middle = { x: box.width / 2, y: box.height / 2 };
  await canvas(page).click({ position: middle });
  await expect(panel(page)).toHaveAttribute('aria-label', 'raw/orders');
  await canvas(page).click({ position: { x: 20, y: 20 } });
  await expect(panel(page)).toHaveCount(0);
  await canvas(page).click({ position: middle, modifiers: ['Shift'] });
  await expect(page.getByText('1 asset chosen')).toBeVisible();
});

test('the list shows the same', async ({ page }) => {
  await open(page);
  await page.getByRole('button', { name: 'Show as a list' }).click();
  const grid = page.getByRole('grid', { name: 'Lineage' });
  await expect(grid).toHaveAttribute('aria-rowcount', '28');
  await page.getByRole('checkbox', { name: 'Choose raw/orders' }).check();
  await expect(page.getByText('1 asset chosen')).toBeVisible();
});
