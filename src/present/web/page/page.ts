import type { Happening } from '../../../model/journal.ts';
import type { Report } from '../../../model/report.ts';
import { type Html, html } from '../html.ts';
import { concernsOf } from './concerns.ts';
import { eventsSection } from './events.ts';
import { formatAge, formatInstant } from './format.ts';
import { incidentsSection } from './incidents.ts';
import { selfSection } from './self.ts';
import { serversSection } from './servers.ts';
import { filesystemsSection, volumesSection } from './storage.ts';
import { STYLE } from './style.ts';
import { type Headline, headlineOf, summarySection } from './summary.ts';

const REFRESH_SECONDS = 10;
/** The icon of the tab tells as well; colours that stand out on a light and on a dark bar. */
const ICON_COLOURS = { well: '2e9e63', unsure: 'd99a1c', wrong: 'd93a30' };

/**
 * The status page: whole, without scripts and without another request. `monotonicMs` is now; the age of the
 * report is taken from it, so that a wall clock that jumps makes nothing look fresh or old.
 */
export function renderPage(
  report: Report | undefined,
  events: readonly Happening[],
  monotonicMs: number,
): string {
  if (report === undefined) {
    const headline: Headline = { level: 'unsure', text: 'The first look is under way' };
    return frame(
      headline,
      undefined,
      html`<section class="summary unsure"><h2>${headline.text}</h2><p>This page will show what was seen in a moment.</p></section>`,
    );
  }
  const ageMs = Math.max(0, monotonicMs - report.monotonicMs);
  const now = report.at + ageMs;
  const concerns = concernsOf(report, ageMs);
  const headline = headlineOf(report, concerns);
  const looked = html`${report.host.hostname === undefined ? undefined : html`<span>${report.host.hostname}</span> `}<span>looked <time datetime="${formatInstant(report.at)}">${formatAge(ageMs)}</time></span>`;
  return frame(
    headline,
    looked,
    html`${summarySection(report, headline, concerns)}
${incidentsSection(report.incidents, now)}
${serversSection(report, now)}
${volumesSection(report, now)}
${filesystemsSection(report)}
${eventsSection(events, now)}
${selfSection(report, now)}`,
  );
}

function frame({ level, text }: Headline, looked: Html | undefined, content: Html): string {
  const icon = `data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Ccircle cx='8' cy='8' r='7' fill='%23${ICON_COLOURS[level]}'/%3E%3C/svg%3E`;
  // The style is our own text and its hash stands in the policy: it must arrive as it is.
  const style: Html = { html: `<style>${STYLE}</style>` };
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="refresh" content="${REFRESH_SECONDS}">
<title>${text} · pgvigil</title>
<link rel="icon" href="${icon}">
${style}
</head>
<body>
<a class="skip" href="#main">Skip to what was seen</a>
<header><h1>pgvigil</h1><p>${looked}</p></header>
<main id="main">
${content}
</main>
<footer><nav aria-label="Other representations"><a href="metrics">Metrics</a> <a href="api/v1/report">Report</a> <a href="api/v1/inventory">Inventory</a> <a href="api/v1/events">Events</a></nav><p>This page renews itself every ${REFRESH_SECONDS} seconds. Times are UTC.</p></footer>
</body>
</html>
`.html;
}
