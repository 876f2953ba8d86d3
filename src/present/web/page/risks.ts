import type { Report } from '../../../model/report.ts';
import { RISKS, type Risk } from '../../../model/risk.ts';
import { riskStory, riskTitle } from '../../words/risks.ts';
import { count, short } from '../../words/text.ts';
import { type Html, html } from '../html.ts';
import { lines } from './format.ts';

/** So many kinds of risk are shown at full length; more are collapsed. */
const OPEN = 2;
/** The remedy is the same everywhere: it is written out for so many servers. */
const MAX_SERVERS = 3;

/** What is not lost yet, but would be; nothing where no risk is known. */
export function risksSection({ risks }: Report): Html | undefined {
  const groups = RISKS.map((name) => risks.filter(({ risk, present }) => present && risk === name)).filter(
    (group) => group.length > 0,
  );
  if (groups.length === 0) return undefined;
  return html`<section aria-labelledby="risks">
<h2 id="risks">Risks</h2>
${groups.map((group) => riskGroup(group, groups.length <= OPEN))}
</section>`;
}

function riskGroup(group: readonly Risk[], open: boolean): Html {
  const [first] = group;
  if (first === undefined) return html``;
  const hidden = group.slice(MAX_SERVERS);
  const whom = group.length > MAX_SERVERS ? count(group.length, 'server') : group.map(serverOf).join(', ');
  const content = html`<summary><span class="name">${riskTitle(first.risk)}</span> <span class="dim">${whom}</span></summary>
${group.slice(0, MAX_SERVERS).map(remedyOf)}
${hidden.length === 0 ? undefined : html`<p class="dim">The same holds for ${hidden.slice(0, 20).map(serverOf).join(', ')}${hidden.length > 20 ? ` and ${hidden.length - 20} more` : ''}.</p>`}`;
  return open
    ? html`<details class="risk" open>${content}</details>`
    : html`<details class="risk">${content}</details>`;
}

const serverOf = ({ server }: Risk): string => short(server);

function remedyOf(risk: Risk): Html {
  const { meaning, remedy, example } = riskStory(risk);
  return html`<p>${meaning}</p>
<p>${remedy}</p>
${lines(example)}`;
}
