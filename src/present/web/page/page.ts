import type { Happening } from '../../../model/journal.ts';
import type { Report } from '../../../model/report.ts';
import { type Html, html } from '../html.ts';
import { backupsSection } from './backups.ts';
import { concernsOf } from './concerns.ts';
import { eventsSection } from './events.ts';
import { formatAge, formatInstant } from './format.ts';
import { frame } from './frame.ts';
import { incidentsSection } from './incidents.ts';
import { risksSection } from './risks.ts';
import { selfSection } from './self.ts';
import { serversSection } from './servers.ts';
import { filesystemsSection, volumesSection } from './storage.ts';
import { type Headline, headlineOf, summarySection } from './summary.ts';

/** How often the page renews itself unless it is asked otherwise. */
export const RENEW_SECONDS = 10;

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
    return frame({
      headline,
      notes: [renewal(context.refreshSeconds)],
      content: html`<section class="summary unsure"><h2>${headline.text}</h2><p>This page will show what was seen in a moment. <a href="./">Load it again</a></p></section>`,
    });
  }
  const ageMs = Math.max(0, context.monotonicMs - report.monotonicMs);
  const now = report.at + ageMs;
  const concerns = concernsOf(report, ageMs);
  const headline = headlineOf(report, concerns);
  return frame({
    headline,
    notes: [lookedAt(report, ageMs), renewal(context.refreshSeconds)],
    content: html`${summarySection(report, headline, concerns)}
${incidentsSection(report, now)}
${serversSection(report, now)}
${volumesSection(report, now)}
${filesystemsSection(report)}
${backupsSection(report, now)}
${risksSection(report)}
${eventsSection(context.events, now)}
${selfSection(report, now)}`,
  });
}

/** Where and when pgvigil looked. */
export function lookedAt({ host, at }: Report, ageMs: number): Html {
  return html`${host.hostname === undefined ? undefined : html`<span>${host.hostname}</span> `}<span>looked <time datetime="${formatInstant(at)}">${formatAge(ageMs)}</time></span>`;
}

/** A page that renews itself closes what its reader has opened: it can be held still. */
function renewal(refreshSeconds: number | undefined): Html {
  return refreshSeconds === undefined
    ? html`<span>stands still <a href="./">Renew every ${RENEW_SECONDS} s</a></span>`
    : html`<span>renews every ${refreshSeconds} s <a href="./?refresh=0">Stop</a></span>`;
}
