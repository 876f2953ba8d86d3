import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { IncidentRecord } from '../../../src/model/incident-record.ts';
import { createWeb, type Web } from '../../../src/present/web/server.ts';
import { ANSWERS } from '../../fixtures/answers.ts';
import { INCIDENTS } from '../../fixtures/incidents.ts';
import { PAGES } from '../../fixtures/pages.ts';
import { accessibilityProblems, startBrowser, visitWith } from '../../kit/browser.ts';
import { focused, reachable, scrollsSideways, selection, shift, wrongOnPaper } from '../../kit/in-page.mjs';
import { describeWith } from '../../kit/needs.ts';
import { webOptions } from '../../kit/web.ts';

const SCREENSHOTS = 'test-output/page';
const WIDTHS = [360, 820, 1280] as const;
const SCHEMES = ['light', 'dark'] as const;
/** A sheet of A4 between its margins, in CSS pixels: 180 mm. */
const PAPER = { width: 680, height: 1000 };

const [lost] = INCIDENTS;
const night = PAGES.find(({ name }) => name === 'one-incident');
if (lost === undefined || night === undefined) throw new Error('the night of the compose down is no fixture');
const longName = `tenant-${'x'.repeat(56)}`;
const open: IncidentRecord = {
  incident: lost,
  isOpen: true,
  endedAt: undefined,
  containers: [],
  answers: ANSWERS,
  isWhole: true,
};
/** What the address names, and what is remembered of it. */
const RECORDS: Readonly<Record<string, IncidentRecord>> = {
  '5f0c2a01': open,
  '00000001': {
    ...open,
    incident: {
      ...lost,
      id: '00000001',
      server: longName,
      symptoms: lost.symptoms.map((one) => ({ ...one, datname: longName })),
    },
    isOpen: false,
    endedAt: lost.since + 3_723_000,
  },
  '00000002': {
    ...open,
    incident: { ...lost, id: '00000002', evidence: [], symptoms: [] },
    isOpen: false,
    answers: [],
    isWhole: false,
  },
};
const FORGOTTEN = '0123abcd';

describeWith(['chromium'], 'the page of an incident in a browser', () => {
  let browser: Browser;
  let web: Web;
  let root: string;

  beforeAll(async () => {
    mkdirSync(SCREENSHOTS, { recursive: true });
    browser = await startBrowser();
    const { report, events } = night;
    const clock = { now: () => report.at, monotonic: () => report.monotonicMs + 1200 };
    const incident = (id: string) => RECORDS[id];
    web = createWeb(webOptions({ report: () => report, events: () => events, incident, clock }));
    root = `http://127.0.0.1:${(await web.start()).port}`;
  });
  afterAll(async () => {
    await browser?.close();
    await web?.stop();
  });
  const visit = (id: string, options: BrowserContextOptions, look: (page: Page) => Promise<void>) =>
    visitWith(browser, `${root}/incidents/${id}`, options, look);

  describe.each(Object.keys(RECORDS))('%s', (id) => {
    test.each(WIDTHS.flatMap((width) => SCHEMES.map((scheme) => [width, scheme] as const)))(
      'at %i px in the %s: accessible, and nothing sticks out',
      async (width, colorScheme) => {
        await visit(id, { viewport: { width, height: 900 }, colorScheme }, async (page) => {
          expect(await page.evaluate(scrollsSideways)).toBe(false);
          expect(await accessibilityProblems(page)).toEqual([]);
          const path = join(SCREENSHOTS, `incident-${id}-${width}-${colorScheme}.png`);
          await page.screenshot({ path, fullPage: true });
        });
      },
    );

    test('nothing sticks out on the smallest phone either', async () => {
      await visit(id, { viewport: { width: 320, height: 640 } }, async (page) => {
        expect(await page.evaluate(scrollsSideways)).toBe(false);
      });
    });

    test.each(SCHEMES)('on paper nothing is cut, hidden or dark, with a %s screen', async (colorScheme) => {
      await visit(id, { viewport: PAPER, colorScheme }, async (page) => {
        await page.emulateMedia({ media: 'print', colorScheme });
        expect(await page.evaluate(scrollsSideways)).toBe(false);
        expect(await page.evaluate(wrongOnPaper)).toEqual([]);
        const path = join(SCREENSHOTS, `incident-${id}-paper-${colorScheme}`);
        await page.screenshot({ path: `${path}.png`, fullPage: true });
        await page.pdf({ path: `${path}.pdf`, format: 'A4', preferCSSPageSize: true });
      });
    });
  });

  test.each([...Object.keys(RECORDS), FORGOTTEN])('every link of ours leads somewhere: %s', async (id) => {
    const address = `${root}/incidents/${id}`;
    const body = await (await fetch(address)).text();
    const hrefs = [...body.matchAll(/href="([^"]*)"/g)].map(([, href = '']) => href);
    expect(hrefs).toContain('../');
    for (const href of new Set(hrefs)) {
      if (/^(data:|#|https:)/.test(href)) continue;
      const { status } = await fetch(new URL(href, address));
      expect(status, href).toBe(href === FORGOTTEN ? 404 : 200);
    }
  });

  test.each(PAGES.map((page) => [page.name, page] as const))(
    'the status page on paper as well: %s',
    async (name, { report, events }) => {
      const clock = { now: () => report.at, monotonic: () => report.monotonicMs + 1200 };
      const other = createWeb(webOptions({ report: () => report, events: () => events, clock }));
      const { port } = await other.start();
      try {
        await visitWith(
          browser,
          `http://127.0.0.1:${port}/`,
          { viewport: PAPER, colorScheme: 'dark' },
          async (page) => {
            await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
            expect(await page.evaluate(scrollsSideways)).toBe(false);
            expect(await page.evaluate(wrongOnPaper)).toEqual([]);
            await page.screenshot({ path: join(SCREENSHOTS, `${name}-paper.png`), fullPage: true });
          },
        );
      } finally {
        await other.stop();
      }
    },
  );

  test('what checks the paper finds what is wrong with it', async () => {
    await visit(lost.id, { viewport: PAPER, colorScheme: 'dark' }, async (page) => {
      // A dark screen is all that paper must not be.
      expect((await page.evaluate(wrongOnPaper)).join('\n')).toMatch(/dark ground: body[\s\S]*light text: /);
      await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
      await page.evaluate(shift);
      expect((await page.evaluate(wrongOnPaper)).join('\n')).toMatch(/cut: h2/);
    });
  });

  test('the keyboard reaches every link and the text to copy, and the text is all there', async () => {
    await visit(lost.id, { viewport: { width: 1280, height: 900 } }, async (page) => {
      const wanted = await page.evaluate(reachable);
      const reached: string[] = [];
      for (const name of wanted) {
        await page.keyboard.press('Tab');
        const found = await page.evaluate(focused);
        expect(found, name).toMatchObject({ marked: true, visible: true });
        reached.push(found?.name ?? 'nothing');
      }
      expect(reached).toEqual(wanted);
      const text = page.getByRole('textbox', { name: 'Report for a post-mortem' });
      await text.focus();
      await page.keyboard.press('ControlOrMeta+A');
      await page.keyboard.type('nothing is written');
      const markdown = await (await fetch(`${root}/incidents/${lost.id}.md`)).text();
      expect(await text.inputValue()).toBe(markdown);
      const selected = await text.evaluate(selection);
      expect(selected).toEqual([0, markdown.length]);
    });
  });
});
