// What an operator does: schedules, pools, alerts, going back to an older deploy.
import { expect, type Page, test } from '@playwright/test';
import { API, items } from './support';

test.describe.configure({ mode: 'serial' });

const inFrame = (page: Page) => page.getByRole('main');

test('a schedule is switched off and on again, and says so everywhere', async ({ page }) => {
  await page.goto('/schedules?q=orders_to_crm');
  const control = page.getByRole('switch', { name: 'Schedule orders_to_crm' });
  const before = await control.getAttribute('aria-checked');
  await control.click();
  await expect(control).toHaveAttribute('aria-checked', before === 'true' ? 'false' : 'true');
  await page.getByRole('link', { name: 'orders_to_crm' }).click();
  await expect(page.getByRole('heading', { name: 'orders_to_crm', level: 1 })).toBeVisible();
  const again = page.getByRole('switch', { name: 'Schedule orders_to_crm' });
  await expect(again).toHaveAttribute('aria-checked', before === 'true' ? 'false' : 'true');
  await again.click();
  await expect(again).toHaveAttribute('aria-checked', String(before));
});

test('a schedule is run now, which leads to its run', async ({ page }) => {
  await page.goto('/schedules/weekly_report');
  await page.getByRole('button', { name: 'Run now' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('activation/weekly_report');
  await dialog.getByRole('button', { name: /Run \d+ step/ }).click();
  await expect(page).toHaveURL(/\/runs\/[0-9a-f-]{36}/);
});

test('the limit of a pool is set, shown as set, and given back', async ({ page }) => {
  await page.goto('/queue');
  const row = page.getByRole('row', { name: /shop_api/ });
  await row.getByRole('button', { name: /Change the limit/ }).click();
  await page.getByLabel('Slots').fill('many');
  await expect(page.getByText('A whole number, 0 or more.')).toBeVisible();
  await page.getByLabel('Slots').fill('7');
  await page.getByRole('button', { name: 'Set the limit' }).click();
  await expect(row).toContainText('set; declared is 2');
  await row.getByRole('button', { name: /Change the limit/ }).click();
  await page.getByRole('button', { name: /as declared/ }).click();
  await expect(row).toContainText('as declared');
});

test('the queue says why each thing waits, and a reason chosen stays in the address', async ({ page }) => {
  await page.goto('/queue');
  const reason = page.getByRole('button', { name: /no worker serves location bi/ });
  await reason.click();
  await expect(page).toHaveURL(/why=no/);
  await page.reload();
  await expect(page.getByRole('button', { name: /no worker serves location bi/, pressed: true })).toBeVisible();
});

test('a channel is tried, and its delivery is shown where it was asked for', async ({ page }) => {
  await page.goto('/alerts?tab=channels');
  await page.getByRole('button', { name: 'Send a test message: channel hook', exact: true }).click();
  const result = page.getByRole('status', { name: 'Result of the test' });
  await expect(result).toContainText('Delivered', { timeout: 15_000 });
});

test('a channel that is refused says what the other side said', async ({ page }) => {
  await page.goto('/alerts?tab=channels');
  await page.getByRole('button', { name: 'Send a test message: channel revoked-hook' }).click();
  const result = page.getByRole('status', { name: 'Result of the test' });
  await expect(result).toContainText('Given up', { timeout: 15_000 });
  await expect(result).toContainText('this hook was revoked');
});

test('an incident is found, taken and silenced', async ({ page, request }) => {
  const open = (await items(request, '/alerts/incidents?state=open')).find(({ kind }) => kind === 'check_failed');
  await page.goto('/alerts?kind=check_failed');
  await page
    .getByRole('link', { name: /Check .* failed/ })
    .first()
    .click();
  await expect(page).toHaveURL(`/alerts/incidents/${open?.id}`);
  await expect(inFrame(page)).toContainText('Held up downstream');
  await page.getByRole('button', { name: 'Acknowledge' }).click();
  await expect(inFrame(page).getByText('Acknowledged', { exact: true })).toBeVisible();
  await expect(inFrame(page)).toContainText('local took it');
  await page.getByRole('button', { name: 'Mute this incident' }).click();
  await page.getByRole('menuitem', { name: 'For 1 hour' }).click();
  await expect(inFrame(page)).toContainText('Muted until');
  await page.getByRole('button', { name: /^Muted/ }).click();
  await page.getByRole('menuitem', { name: 'Speak again now' }).click();
  await expect(inFrame(page)).not.toContainText('Muted until');
});

test('an incident that is silenced says so in the list', async ({ page, request }) => {
  const [incident] = await items(request, '/alerts/incidents?state=open');
  const until = new Date(Date.now() + 7_200_000).toISOString();
  const mute = (data: object) => request.post(`${API}/alerts/incidents/${incident?.id}/mute`, { data });
  expect((await mute({ until })).ok()).toBe(true);
  await page.goto('/alerts');
  await expect(page.getByRole('grid', { name: 'Incidents' })).toContainText(/Muted for 1 h/);
  expect((await mute({ until: null })).ok()).toBe(true);
  await expect(page.getByRole('grid', { name: 'Incidents' })).not.toContainText('Muted');
});

test('why nobody was told of an incident is said, with the policy that has no channel', async ({ page, request }) => {
  const [incident] = await items(request, '/alerts/incidents?state=open');
  const policies = await items(request, '/alerts/policies');
  const watching = ((incident?.policies ?? []) as string[])[0];
  await page.route(/\/api\/.*\/alerts\/incidents\/[0-9a-f-]+$/, (route) =>
    route.fulfill({ json: { ...incident, policies: [watching], channels: [], deliveries: [], muted_until: null } }),
  );
  await page.route(/\/api\/.*\/alerts\/policies$/, (route) =>
    route.fulfill({ json: { items: policies.map((each) => ({ ...each, channels: [] })) } }),
  );
  await page.goto(`/alerts/incidents/${incident?.id}`);
  await expect(inFrame(page)).toContainText(`The policy that watches it names no channel: ${watching}.`);
  await inFrame(page).getByRole('region', { name: 'Messages about it' }).getByRole('link').click();
  await expect(page).toHaveURL(new RegExp(`tab=policies&q=${watching}|q=${watching}&tab=policies`));
});

test('a check that failed is seen wherever its asset is', async ({ page }) => {
  await page.goto('/');
  const attention = page.getByRole('region', { name: /^Needs attention/ });
  const item = (asset: string) => attention.getByRole('listitem').filter({ hasText: asset });
  await expect(item('clean/orders').getByRole('img', { name: 'Check failed' })).toBeVisible();
  await expect(item('clean/customers').getByRole('img', { name: 'Check warns' })).toBeVisible();
  const groups = page.getByRole('grid', { name: 'Groups' });
  await expect(groups.getByRole('img', { name: /1 with a failed check, 1 with a check that warns/ })).toBeVisible();
  await page.goto('/lineage?view=list&select=clean%2Forders');
  await expect(page.getByRole('grid', { name: 'Lineage' })).toContainText('Check failed');
  await page.goto('/lineage?collapse=cleansed&focus=group:cleansed');
  await expect(page.getByRole('complementary')).toContainText('1 asset with a failed check');
  await page.goto('/assets/clean/orders');
  await expect(inFrame(page).getByText('Check failed', { exact: true }).first()).toBeVisible();
});

test('a policy is silenced, and speaks again', async ({ page }) => {
  await page.goto('/alerts?tab=policies&q=curated-blocked');
  await page.getByRole('button', { name: 'Mute policy curated-blocked' }).click();
  await page.getByRole('menuitem', { name: 'For 1 day' }).click();
  await expect(inFrame(page)).toContainText('Nobody is told until');
  await page.getByRole('button', { name: /^Muted/ }).click();
  await page.getByRole('menuitem', { name: 'Speak again now' }).click();
  await expect(inFrame(page)).not.toContainText('Nobody is told until');
});

test('what a deploy changed is shown field by field, and it can be taken back', async ({ page, request }) => {
  await page.goto('/deployments?location=shop');
  await page.getByRole('button', { name: 'Changes' }).first().click();
  await expect(page).toHaveURL(/now=[0-9a-f]{64}&was=[0-9a-f]{64}|was=[0-9a-f]{64}&now=[0-9a-f]{64}/);
  const changes = page.getByRole('region', { name: 'What changed' });
  await expect(changes).toContainText('schedules added');
  await expect(changes).toContainText('description');
  await expect(changes).toContainText('ana@shop.example');

  const [live] = (await items(request, '/deploys?limit=50')).filter((each) => each.live && each.location === 'shop');
  await page.getByRole('button', { name: 'Make this snapshot live again' }).first().click();
  await page.getByRole('button', { name: 'Make it live' }).click();
  await expect(page.getByText(/^shop is [0-9a-f]+ again$/)).toBeVisible();
  const manifest = await (await request.get(`${API}/snapshots/${live?.snapshot}`)).json();
  const again = await request.post(`${API}/deploys`, { data: manifest });
  expect(again.ok()).toBe(true);
});

test('why a deploy was refused is told in full', async ({ page }) => {
  await page.goto('/deployments?state=refused');
  await page.getByRole('button', { name: 'Why' }).first().click();
  await expect(page.getByRole('dialog')).toContainText('depend on each other in a circle');
});

test('a worker is looked at, and the address names it', async ({ page }) => {
  await page.goto('/workers?state=active');
  await page.getByRole('grid', { name: 'Workers' }).getByRole('button').first().click();
  await expect(page).toHaveURL(/worker=/);
  await expect(page.getByText('It takes steps that it has the code and the tags for.')).toBeVisible();
});
