import type { ObserverVerdict, Report, WebFileVerdict } from '../../../model/report.ts';
import type { Instant } from '../../../model/time.ts';
import { type Html, html } from '../html.ts';
import { answer, lines, moment } from './format.ts';
import { table } from './table.ts';

/** Whether pgvigil itself sees, and may be believed. */
export function selfSection({ self, observers }: Report, now: Instant): Html {
  return html`<section aria-labelledby="self">
<h2 id="self">pgvigil itself</h2>
<dl>
<div><dt>Version</dt><dd>${self.version}</dd></div>
<div><dt>Started</dt><dd>${moment(self.startedAt, now)}</dd></div>
<div><dt>Memory on disk</dt><dd>${answer(self.stateDurable, 'written', 'not written', { yes: 'well', no: 'unsure' })}${
    self.stateCorrupt ? html` ${answer(false, '', 'was damaged', { yes: 'well', no: 'unsure' })}` : undefined
  }</dd></div>
<div><dt>Config</dt><dd>${answer(self.configReloadSuccessful, 'good', 'last good one in force', { yes: 'well', no: 'unsure' })} ${moment(self.configReloadedAt, now)}</dd></div>
${self.webFile === undefined ? undefined : webFile(self.webFile, now)}</dl>
${[self.configError, self.webFile?.error].map((text) => (text === undefined ? undefined : lines(text.split('\n'))))}
${self.discovery === undefined || self.discovery.problems.length === 0 ? undefined : lines(self.discovery.problems)}
${observers.length === 0 ? undefined : observerTable(observers, now)}
</section>`;
}

function webFile({ successful, certificateExpiresAt }: WebFileVerdict, now: Instant): Html {
  return html`<div><dt>Web file</dt><dd>${answer(successful, 'good', 'last good one in force', { yes: 'well', no: 'unsure' })}</dd></div>
${certificateExpiresAt === undefined ? undefined : html`<div><dt>Certificate until</dt><dd>${moment(certificateExpiresAt, now)}</dd></div>`}
`;
}

function observerTable(observers: readonly ObserverVerdict[], now: Instant): Html {
  return table({
    caption: 'Where pgvigil looks',
    columns: ['Observer', 'Target', 'Sees', { numeric: 'Took' }, 'Last success'],
    rows: observers.map(({ observer, target, up, reason, durationMs, lastSuccessAt }) => [
      html`<span class="name">${observer.replaceAll('_', ' ')}</span>`,
      target,
      html`${answer(up, 'yes', 'no', { yes: 'well', no: 'unsure' })} <span class="dim">${reason}</span>`,
      durationMs === undefined ? html`<span class="dim">–</span>` : `${durationMs.toFixed(1)} ms`,
      moment(lastSuccessAt, now),
    ]),
  });
}
