import { mkdir, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { startBrowser } from '../kit/browser.ts';
import { ROOT } from '../kit/bundle.ts';
import { describeWith } from '../kit/needs.ts';
import { waitFor } from '../kit/wait.ts';
import { openDockerStage } from '../scenarios/docker-stage.ts';
import { createEngines } from '../scenarios/engines.ts';

const DIRECTORY = join(ROOT, 'docs/img');
const MAX_BYTES = 150_000;
const WIDTH = 1080;
/** Below the last thing that is shown. */
const MARGIN = 20;
/** The machine that makes them is nobody's business. */
const SHOWN_HOST = 'vps-1';

/**
 * The pictures of the README: a server in a private Docker engine, a real `docker-compose down -v`, and the pages as
 * pgvigil serves them a moment later. `npm run pictures` makes them anew; nothing in them is drawn by hand.
 */
describeWith(['root', 'dockerd', 'docker-compose', 'debootstrap', 'chromium'], 'pictures of the page', () => {
  const engines = createEngines();
  afterAll(() => engines.stop(), 120_000);

  test('of a loss, in the light, in the dark, and of the incident', {
    timeout: 600_000,
    retry: 0,
  }, async () => {
    const engine = await engines.of('shared');
    const { stage, close } = await openDockerStage('simfab', engine, {}, () => {});
    const browser = await startBrowser();
    try {
      await stage.compose('down', '-v');
      const id = await waitFor('the loss is told with its cause', 60_000, async () => {
        const { incidents } = await stage.exporter.report();
        return incidents.find(({ cause }) => cause === 'volume_removed')?.id;
      });
      await mkdir(DIRECTORY, { recursive: true });
      for (const [name, path, colorScheme, last] of [
        ['page-light', '/?refresh=0', 'light', '.incident .evidence'],
        ['page-dark', '/?refresh=0', 'dark', '.incident .evidence'],
        ['incident', `/incidents/${id}`, 'light', '.evidence'],
      ] as const) {
        const context = await browser.newContext({ viewport: { width: WIDTH, height: 900 }, colorScheme });
        const page = await context.newPage();
        await page.route('**/*', async (route) => {
          const response = await route.fetch();
          const body = (await response.text()).replaceAll(
            `<span>${hostname()}</span>`,
            `<span>${SHOWN_HOST}</span>`,
          );
          await route.fulfill({ response, body });
        });
        await page.goto(`${stage.exporter.url}${path}`);
        const file = join(DIRECTORY, `${name}.png`);
        const box = await page.locator(last).first().boundingBox();
        const height = Math.ceil((box?.y ?? 0) + (box?.height ?? 0) + MARGIN);
        await writeFile(
          file,
          await page.screenshot({ fullPage: true, clip: { x: 0, y: 0, width: WIDTH, height } }),
        );
        expect((await stat(file)).size, file).toBeLessThanOrEqual(MAX_BYTES);
        expect(await page.locator('body').innerText()).not.toContain(hostname());
        await context.close();
      }
    } finally {
      await browser.close();
      await close();
    }
  });
});
