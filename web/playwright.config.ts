// Browser tests in the machine's own Chromium against a real server.
//
// HEADWATER_URL is the server that answers the API. The pages come from the built UI in dist, unless HEADWATER_UI names
// an address that serves them already.
import { existsSync } from 'node:fs';
import { defineConfig } from '@playwright/test';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = process.env.CHROMIUM ?? CHROMIUM.find((path) => existsSync(path));
const served = process.env.HEADWATER_UI;

export default defineConfig({
  testDir: 'tests',
  outputDir: 'test-results',
  workers: 1,
  // Generous, since the machine may build something at the same time; what is fast is not slowed down by it.
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  use: {
    baseURL: served ?? 'http://127.0.0.1:4173',
    launchOptions: {
      executablePath,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  projects: [
    { name: 'flows', testMatch: '*.flow.ts' },
    // What needs an example on a bad day; see scripts/worlds.mjs.
    { name: 'operator', testMatch: '*.day.ts' },
    { name: 'gallery', testMatch: 'gallery.ts' },
  ],
  ...(served
    ? {}
    : {
        webServer: {
          command: 'npx vite preview --host 127.0.0.1 --port 4173 --strictPort',
          url: 'http://127.0.0.1:4173/',
          reuseExistingServer: true,
        },
      }),
});
