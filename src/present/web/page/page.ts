import type { Happening } from '../../../model/journal.ts';
import type { Report } from '../../../model/report.ts';
import { type Html, html } from '../html.ts';
import { backupsSection } from './backups.ts';
import { concernsOf } from './concerns.ts';
import { eventsSection } from './events.ts';
import { formatAge, formatInstant } from './format.ts';
import { incidentsSection } from './incidents.ts';
import { risksSection } from './risks.ts';
import { selfSection } from './self.ts';
import { serversSection } from './servers.ts';
import { filesystemsSection, volumesSection } from './storage.ts';
import { STYLE } from './style.ts';
import { type Headline, headlineOf, summarySection } from './summary.ts';

/** What the link offers; any number of seconds may be asked for. */
/** How often the page renews itself unless it is asked otherwise. */
export const RENEW_SECONDS = 10;
/** The icon of the tab tells as well; colours that stand out on a light and on a dark bar. */
const ICON_COLOURS = { well: '2e9e63', unsure: 'd99a1c', wrong: 'd93a30' };

/** What a page is made of beside the report. */
export interface PageContext {
  /** From the journal, in any order. */
  readonly events: readonly Happening[];
  /**
   * Now: the age of the report is taken from it, so that a wall clock that jumps makes nothing look fresh or old.
   */
  readonly monotonicMs: number;
  /** The reader asked for a page that renews itself this often; `undefined`: it stands still. */
  readonly refreshSeconds: number | undefined;
}

/** The status page: whole, without scripts and without another request. */
export function renderPage(report: Report | undefined, context: PageContext): string {
  if (report === undefined) {
    const headline: Headline = { level: 'unsure', text: 'The first look is under way' };
    return frame(
      headline,
      undefined,
      html`<section class="summary unsure"><h2>${headline.text}</h2><p>This page will show what was seen in a moment. <a href="./">Load it again</a></p></section>`,
      context,
    );
  }
  const ageMs = Math.max(0, context.monotonicMs - report.monotonicMs);
  const now = report.at + ageMs;
  const concerns = concernsOf(report, ageMs);
  const headline = headlineOf(report, concerns);
  const looked = html`${report.host.hostname === undefined ? undefined : html`<span>${report.host.hostname}</span> `}<span>looked <time datetime="${formatInstant(report.at)}">${formatAge(ageMs)}</time></span>`;
  return frame(
    headline,
    looked,
    html`${summarySection(report, headline, concerns)}
${incidentsSection(report, now)}
${serversSection(report, now)}
${volumesSection(report, now)}
${filesystemsSection(report)}
${backupsSection(report, now)}
${risksSection(report)}
${eventsSection(context.events, now)}
${selfSection(report, now)}`,
    context,
  );
}

function frame(
  { level, text }: Headline,
  looked: Html | undefined,
  content: Html,
  { refreshSeconds }: PageContext,
): string {
  const icon = `data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Ccircle cx='8' cy='8' r='7' fill='%23${ICON_COLOURS[level]}'/%3E%3C/svg%3E`;
  // The style is our own text and its hash stands in the policy: it must arrive as it is.
  const style: Html = { html: `<style>${STYLE}</style>` };
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
<header><h1>pgvigil</h1><p>${looked} <span>${renewal(refreshSeconds)}</span></p>
<p class="aged">This page is more than a minute old and does not change by itself. <a href="./">Load it again</a></p></header>
<main id="main">
${content}
</main>
<footer><nav aria-label="Other representations"><a href="metrics">Metrics</a> <a href="api/v1/report">Report</a> <a href="api/v1/incidents">Incidents</a> <a href="api/v1/inventory">Inventory</a> <a href="api/v1/events">Events</a></nav><p>Times are UTC.</p></footer>
</body>
</html>
`.html;
}

/** A page that renews itself closes what its reader has opened: it can be held still. */
function renewal(refreshSeconds: number | undefined): Html {
  return refreshSeconds === undefined
    ? html`stands still <a href="./">Renew every ${RENEW_SECONDS} s</a>`
    : html`renews every ${refreshSeconds} s <a href="./?refresh=0">Stop</a>`;
}
