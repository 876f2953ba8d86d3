import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createWeb, type Web } from '../../../src/present/web/server.ts';
import { PAGES, type PageFixture } from '../../fixtures/pages.ts';
import { accessibilityProblems, startBrowser, visitWith } from '../../kit/browser.ts';
import { ageBy, focused, openAll, reachable, scrollsSideways, spoil } from '../../kit/in-page.mjs';
import { describeWith } from '../../kit/needs.ts';
import { webOptions } from '../../kit/web.ts';

const SCREENSHOTS = 'test-output/page';
const WIDTHS = [390, 820, 1440] as const;
const SCHEMES = ['light', 'dark'] as const;

describeWith(['chromium'], 'the page in a browser', () => {
  let browser: Browser;
  const webs = new Map<string, { readonly web: Web; readonly url: string }>();

  beforeAll(async () => {
    mkdirSync(SCREENSHOTS, { recursive: true });
    browser = await startBrowser();
    for (const { name, report, events } of PAGES) {
      const clock = { now: () => report.at, monotonic: () => report.monotonicMs + 1200 };
      const web = createWeb(webOptions({ report: () => report, events: () => events, clock }));
      const { port } = await web.start();
      webs.set(name, { web, url: `http://127.0.0.1:${port}/` });
    }
  });
  afterAll(async () => {
    await browser?.close();
    await Promise.all([...webs.values()].map(({ web }) => web.stop()));
  });

  const urlOf = ({ name }: PageFixture): string => webs.get(name)?.url ?? '';

  const visit = (url: string, options: BrowserContextOptions, look: (page: Page) => Promise<void>) =>
    visitWith(browser, url, options, look);

  describe.each([...PAGES])('$name', (fixture) => {
    describe.each([...WIDTHS])('at %i px', (width) => {
      test.each([...SCHEMES])(
        'in the %s: accessible, and nothing sticks out',
        async (colorScheme) => {
          await visit(urlOf(fixture), { viewport: { width, height: 900 }, colorScheme }, async (page) => {
            const file = `${fixture.name}-${width}-${colorScheme}`;
            await page.screenshot({ path: join(SCREENSHOTS, `${file}.png`), fullPage: true });
            expect(await page.evaluate(scrollsSideways)).toBe(false);
            // What is folded up is hidden from the check as well.
            await page.evaluate(openAll);
            expect(await page.evaluate(scrollsSideways)).toBe(false);
            expect(await accessibilityProblems(page)).toEqual([]);
            await page.screenshot({ path: join(SCREENSHOTS, `${file}-opened.png`), fullPage: true });
          });
        },
        120_000,
      );
    });

    test('nothing sticks out on the smallest phone either', async () => {
      await visit(urlOf(fixture), { viewport: { width: 320, height: 640 } }, async (page) => {
        await page.evaluate(openAll);
        expect(await page.evaluate(scrollsSideways)).toBe(false);
      });
    });

    test('the keyboard reaches every link and every fold in order, and shows where it is', async () => {
      await visit(urlOf(fixture), { viewport: { width: 1440, height: 900 } }, async (page) => {
        const wanted = await page.evaluate(reachable);
        expect(wanted[0]).toBe('0 Skip to what was seen');
        const reached: string[] = [];
        for (const name of wanted) {
          await page.keyboard.press('Tab');
          const found = await page.evaluate(focused);
          expect(found, name).toMatchObject({ marked: true, visible: true });
          reached.push(found?.name ?? 'nothing');
        }
        expect(reached).toEqual(wanted);
      });
    });

    test('everything opens and every link leads somewhere without scripts', async () => {
      const options = { viewport: { width: 390, height: 844 }, javaScriptEnabled: false };
      await visit(urlOf(fixture), options, async (page) => {
        const folds = page.locator('details:not([open]) > summary');
        for (let left = await folds.count(); left > 0; left--) {
          await folds.first().focus();
          await page.keyboard.press('Enter');
          expect(await folds.count()).toBeLessThan(left + 1);
        }
        const hrefs = await page
          .locator('a[href]')
          .evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''));
        for (const href of new Set(hrefs)) {
          if (href.startsWith('#')) {
            expect(await page.locator(`[id="${href.slice(1)}"]`).count(), href).toBe(1);
          } else {
            expect((await fetch(new URL(href, urlOf(fixture)))).status, href).toBe(200);
          }
        }
      });
    });
  });

  test('what checks the page finds what is wrong with it', async () => {
    const [well] = PAGES;
    if (well === undefined) throw new Error('there is no such page');
    await visit(urlOf(well), { viewport: { width: 390, height: 844 } }, async (page) => {
      await page.evaluate(spoil);
      expect(await page.evaluate(scrollsSideways)).toBe(true);
      const problems = (await accessibilityProblems(page)).join('\n');
      for (const rule of ['color-contrast', 'html-has-lang', 'heading-order'])
        expect(problems).toContain(rule);
    });
  });

  test('an alert that links to an incident lands on it', async () => {
    const [, one] = PAGES;
    if (one === undefined) throw new Error('there is no such page');
    const [incident] = one.report.incidents;
    await visit(
      `${urlOf(one)}#incident-${incident?.id}`,
      { viewport: { width: 390, height: 844 } },
      async (page) => {
        const heading = page.getByRole('heading', {
          level: 3,
          name: /^Volume .* was removed at 02:14:07 UTC/,
        });
        await expect
          .poll(() => heading.evaluate((element) => Math.round(element.getBoundingClientRect().top)))
          .toBeLessThan(60);
      },
    );
  });

  test('a page that stays open says that it is old, and can be loaded again', async () => {
    const [well] = PAGES;
    if (well === undefined) throw new Error('there is no such page');
    await visit(urlOf(well), { viewport: { width: 390, height: 844 } }, async (page) => {
      const banner = page.getByText('This page is more than a minute old');
      expect(await banner.isVisible()).toBe(false);
      await page.evaluate(ageBy, 59);
      expect(await banner.isVisible()).toBe(false);
      await page.evaluate(ageBy, 61);
      expect(await banner.isVisible()).toBe(true);
      expect(await accessibilityProblems(page)).toEqual([]);
      await page.screenshot({ path: join(SCREENSHOTS, 'aged-390.png') });
      await page.getByRole('link', { name: 'Load it again' }).click();
      expect(await banner.isVisible()).toBe(false);
    });
  });

  test('it renews itself, and stops when told', async () => {
    const [well] = PAGES;
    if (well === undefined) throw new Error('there is no such page');
    await visit(`${urlOf(well)}?refresh=5`, {}, async (page) => {
      const again = page.waitForRequest((request) => request.isNavigationRequest(), { timeout: 15_000 });
      expect((await again).url()).toBe(`${urlOf(well)}?refresh=5`);
      await page.getByRole('link', { name: 'Stop' }).click();
      expect(page.url()).toBe(`${urlOf(well)}?refresh=0`);
    });
  });
});
