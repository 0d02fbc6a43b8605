// No screen breaks a rule of axe-core, in either theme, wide or on a phone, and each says what it is while it loads.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect, type Page, test } from '@playwright/test';
import { SHOTS } from './screens';
import { refuseAll, settle, silence } from './support';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SIZES = { wide: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };

type Found = { id: string; help: string; nodes: { html: string; failureSummary?: string }[] };

/** What axe finds, short enough to be read. The script is evaluated by the tool, which the page's policy does not touch. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const found: Found[] = await page.evaluate(async () => {
    const run = (globalThis as unknown as { axe: { run: (options: unknown) => Promise<{ violations: Found[] }> } }).axe
      .run;
    return (await run({ resultTypes: ['violations'] })).violations;
  });
  return found.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${help}\n  ${html.slice(0, 200)}\n  ${failureSummary ?? ''}`),
  );
}

for (const theme of ['light', 'dark'] as const) {
  for (const [size, viewport] of Object.entries(SIZES)) {
    test.describe(`${theme} ${size}`, () => {
      test.use({ viewport, colorScheme: theme, reducedMotion: 'reduce' });
      for (const shot of SHOTS) {
        test(shot.name, async ({ page }) => {
          await page.goto(await shot.path(page.request));
          await settle(page);
          await shot.act?.(page);
          expect(await violations(page)).toEqual([]);
        });
      }
    });
  }
}

for (const theme of ['light', 'dark'] as const) {
  test.describe(`${theme}, everything refused`, () => {
    test.use({ viewport: SIZES.wide, colorScheme: theme, reducedMotion: 'reduce' });
    for (const shot of SHOTS.filter(({ act }) => !act)) {
      test(shot.name, async ({ page }) => {
        await refuseAll(page);
        await page.goto(await shot.path(page.request));
        await settle(page);
        expect(await violations(page)).toEqual([]);
      });
    }
  });
}

// Whoever waits for an answer must know for which page.
test.describe('nothing answered', () => {
  test.use({ viewport: SIZES.wide, colorScheme: 'light' });
  for (const shot of SHOTS.filter(({ act }) => !act)) {
    test(shot.name, async ({ page }) => {
      await silence(page);
      await page.goto(await shot.path(page.request));
      await expect(page.locator('h1')).toHaveCount(1);
      await expect(page.locator('h1')).not.toBeEmpty();
    });
  }
});
