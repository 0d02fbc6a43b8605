// Renders every screen to a PNG in gallery/, in both themes, wide and narrow, for people to look through. A screen that
// logs an error or breaks the content security policy fails.
//
// GALLERY=lineage,runs renders only those. GALLERY_WORLD says what the server is like (see scripts/browser.mjs); with
// `errors` every question but the first is refused, with `loading` none is answered.
import { mkdirSync } from 'node:fs';
import { test } from '@playwright/test';
import { SHOTS, type Shot } from './screens';
import { type Console, listen, refuseAll, settle, silence } from './support';

const only = process.env.GALLERY?.split(',');
const world = process.env.GALLERY_WORLD;
const folder = world ? `gallery/${world}` : 'gallery';
const SIZES = { wide: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };

mkdirSync(folder, { recursive: true });

/** What is done on a screen before its picture needs data that only the example has. */
const wanted = ({ name, act }: Shot) => (!only || only.includes(name)) && (!act || !world || world === 'shop');

for (const theme of ['light', 'dark'] as const) {
  for (const [size, viewport] of Object.entries(SIZES)) {
    test.describe(`${theme} ${size}`, () => {
      const phone = size === 'phone' ? { hasTouch: true, isMobile: true } : {};
      test.use({ viewport, colorScheme: theme, deviceScaleFactor: 1, ...phone });
      for (const shot of SHOTS.filter(wanted)) {
        test(shot.name, async ({ page }) => {
          const heard: Console = listen(page);
          if (world === 'errors') await refuseAll(page);
          if (world === 'loading') await silence(page);
          await page.goto(await shot.path(page.request));
          if (world === 'loading')
            await page.getByRole('status', { name: 'Loading' }).or(page.locator('h1')).first().waitFor();
          else await settle(page);
          await shot.act?.(page);
          await page.screenshot({ path: `${folder}/${shot.name}-${size}-${theme}.png` });
          heard.expectQuiet();
        });
      }
    });
  }
}
