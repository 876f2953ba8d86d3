import { type Html, html } from '../html.ts';
import { STYLE } from './style.ts';
import type { Headline } from './summary.ts';

/** A whole page: without scripts, and without another request. */
export interface Frame {
  /** Becomes the title, and the colour of its icon. */
  readonly headline: Headline;
  /** Where and when it was made, at its top. */
  readonly notes: readonly (Html | undefined)[];
  readonly content: Html;
  /** Where `/` lies from here, for a proxy may have put it anywhere; `./` of the status page when absent. */
  readonly root?: string;
  /** What loads this page again, from here. */
  readonly self?: string;
}

/** The icon of the tab tells as well; colours that stand out on a light and on a dark bar. */
const ICON_COLOURS = { well: '2e9e63', unsure: 'd99a1c', wrong: 'd93a30' };

const REPRESENTATIONS = [
  ['metrics', 'Metrics'],
  ['api/v1/report', 'Report'],
  ['api/v1/incidents', 'Incidents'],
  ['api/v1/inventory', 'Inventory'],
  ['api/v1/events', 'Events'],
] as const;

/** Puts what a page says into what all pages have. */
export function frame({ headline, notes, content, root = './', self = root }: Frame): string {
  const { level, text } = headline;
  const icon = `data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Ccircle cx='8' cy='8' r='7' fill='%23${ICON_COLOURS[level]}'/%3E%3C/svg%3E`;
  // The style is our own text and its hash stands in the policy: it must arrive as it is.
  const style: Html = { html: `<style>${STYLE}</style>` };
  const base = root === './' ? '' : root;
  const links = REPRESENTATIONS.map(([path, name]) => html`<a href="${base}${path}">${name}</a> `);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${text} · pgvigil</title>
<link rel="icon" href="${icon}">
${style}
</head>
<body>
<a class="skip" href="#main">Skip to what was seen</a>
<header><h1>pgvigil</h1><p>${notes.map((note) => (note === undefined ? undefined : html`${note} `))}</p>
<p class="aged">This page is more than a minute old and does not change by itself. <a href="${self}">Load it again</a></p></header>
<main id="main">
${content}
</main>
<footer><nav aria-label="Other representations">${links}</nav><p>Times are UTC.</p></footer>
</body>
</html>
`.html;
}
