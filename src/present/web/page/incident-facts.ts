import type { IncidentRecord } from '../../../model/incident-record.ts';
import type { Instant } from '../../../model/time.ts';
import { CAUSE_TITLES } from '../../words/causes.ts';
import { duration } from '../../words/incident-report.ts';
import { KIND_TITLES } from '../../words/kinds.ts';
import { type Html, html } from '../html.ts';
import { moment, verdict } from './format.ts';
import { levelOf } from './incident-order.ts';

/** What an incident is, in a few words each. */
export function incidentFacts(record: IncidentRecord, now: Instant): Html {
  const { incident, isOpen, endedAt } = record;
  const { id, kind, server, datname, volume, since, cause, trigger, confidence } = incident;
  const facts: readonly (readonly [string, Html | string | undefined])[] = [
    ['Incident', html`<span class="mono">${id}</span>`],
    ['State', verdict(isOpen ? { level: levelOf(incident), word: 'open' } : { level: 'well', word: 'over' })],
    ['Since', moment(since, now)],
    ['Until', isOpen ? undefined : moment(endedAt, now)],
    ['Took', endedAt === undefined ? undefined : duration(endedAt - since)],
    ['What', KIND_TITLES[kind]],
    ['Server', server],
    ['Database', datname],
    ['Volume', volume],
    ['Cause', CAUSE_TITLES[cause]],
    ['Set off by', trigger?.replaceAll('_', ' ')],
    ['Confidence', confidence],
  ];
  const known = facts.filter(([, value]) => value !== undefined);
  return html`<section aria-labelledby="facts">
<h2 id="facts">What it is</h2>
<dl>${known.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
</section>`;
}
