// Renders every screen to a PNG in gallery/, in both themes, wide and narrow, for people to look through. A screen that
// logs an error or breaks the content security policy fails.
//
// GALLERY=lineage,runs renders only those.
import { mkdirSync } from 'node:fs';
import { test } from '@playwright/test';
import { SHOTS } from './screens';
import { type Console, listen, settle } from './support';

const only = process.env.GALLERY?.split(',');
const SIZES = { wide: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };

mkdirSync('gallery', { recursive: true });

for (const theme of ['light', 'dark'] as const) {
  for (const [size, viewport] of Object.entries(SIZES)) {
    test.describe(`${theme} ${size}`, () => {
      const phone = size === 'phone' ? { hasTouch: true, isMobile: true } : {};
      test.use({ viewport, colorScheme: theme, deviceScaleFactor: 1, ...phone });
      for (const shot of SHOTS.filter(({ name }) => !only || only.includes(name))) {
        test(shot.name, async ({ page }) => {
          const heard: Console = listen(page);
          await page.goto(await shot.path(page.request));
          await settle(page);
          await shot.act?.(page);
          await page.screenshot({ path: `gallery/${shot.name}-${size}-${theme}.png` });
          heard.expectQuiet();
        });
      }
    });
  }
}
