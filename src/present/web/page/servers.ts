import type { DatabaseVerdict, Report, ServerVerdict } from '../../../model/report.ts';
import type { Instant } from '../../../model/time.ts';
import { type Html, html } from '../html.ts';
import { answer, moment, size, verdict } from './format.ts';
import { table } from './table.ts';
import { NOT_LOOKED, PRESENCE_WORDS, SERVER_WORDS, type Word } from './words.ts';

/** A page with more rows is not read by anybody; the API has all of them. */
const MAX_ROWS = 100;

/** The servers with their databases. */
export function serversSection({ servers, risks }: Report, now: Instant): Html {
  return html`<section aria-labelledby="servers">
<h2 id="servers">Servers</h2>
${servers.length === 0 ? html`<p class="dim">No server is watched.</p>` : servers.map((server) => serverCard(server, risksOf(server, risks), now))}
</section>`;
}

function risksOf({ name }: ServerVerdict, risks: Report['risks']): number {
  return risks.filter(({ server, present }) => present && server === name).length;
}

function serverCard(server: ServerVerdict, risks: number, now: Instant): Html {
  return html`<article class="card">
<h3>${server.name} ${verdict(server.state === undefined ? NOT_LOOKED : SERVER_WORDS[server.state])}</h3>
${server.state === 'up' || server.stateDetail === undefined ? undefined : html`<p>${server.stateDetail}</p>`}
${databaseTable(server, now)}
${factsOf(server, risks, now)}
</article>`;
}

function factsOf(server: ServerVerdict, risks: number, now: Instant): Html {
  const { placement } = server;
  const facts: readonly (readonly [string, Html | string | undefined])[] = [
    ['Source', server.source],
    ['PostgreSQL', server.version],
    ['Identity', server.systemIdentifier === undefined ? undefined : identityOf(server)],
    ['Made by initdb', server.initializedAt === undefined ? undefined : moment(server.initializedAt, now)],
    ['Started', server.startedAt === undefined ? undefined : moment(server.startedAt, now)],
    [
      'Last up',
      server.up === true || server.lastUpAt === undefined ? undefined : moment(server.lastUpAt, now),
    ],
    ['Connections', server.connections === undefined ? undefined : connectionsOf(server)],
    ['Role', server.inRecovery === undefined ? undefined : server.inRecovery ? 'standby' : 'primary'],
    ['Container', placement.container?.name],
    ['Volume', placement.volume],
    ['Data directory', placement.dataDirectory],
    ['Risks', risks === 0 ? undefined : html`<a href="#risks">${risks}</a>`],
  ];
  const known = facts.filter(([, value]) => value !== undefined);
  if (known.length === 0) return html``;
  return html`<dl>${known.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

const identityOf = ({ systemIdentifier, identityMatch }: ServerVerdict): Html =>
  html`<span class="mono">${systemIdentifier}</span> ${answer(identityMatch, 'as pinned', 'not the pinned one')}`;

const connectionsOf = ({ connections, maxConnections }: ServerVerdict): string =>
  maxConnections === undefined ? `${connections}` : `${connections} of ${maxConnections}`;

function databaseTable({ name, databases }: ServerVerdict, now: Instant): Html {
  if (databases.length === 0) return html`<p class="dim">No database of it is known.</p>`;
  const sorted = [...databases].sort((a, b) => rankOf(a) - rankOf(b) || (a.datname < b.datname ? -1 : 1));
  const shown = sorted.slice(0, MAX_ROWS);
  const hidden = sorted.length - shown.length;
  return html`${table({
    caption: `Databases of ${name}`,
    columns: ['Database', 'Verdict', 'Expected', 'Identity', { numeric: 'Size' }, 'Last seen'],
    rows: shown.map((database) => [
      html`<span class="name">${database.datname}</span>`,
      html`${verdict(wordOf(database))}${database.why === undefined ? undefined : html` <span class="why">${database.why}</span>`}`,
      expectedOf(database),
      identityCell(database),
      size(database.sizeBytes),
      moment(database.lastSeenAt, now),
    ]),
  })}
${hidden === 0 ? undefined : html`<p class="dim">And ${hidden} more, in <a href="api/v1/inventory">the inventory</a>.</p>`}`;
}

/** What nobody expects may come and go. */
const wordOf = ({ presence, expected }: DatabaseVerdict): Word =>
  expected === undefined && presence !== 'present'
    ? { level: 'quiet', word: PRESENCE_WORDS[presence].word }
    : PRESENCE_WORDS[presence];

function rankOf(database: DatabaseVerdict): number {
  if (database.identityMatch === false) return 0;
  const rank = { wrong: 0, unsure: 1, well: 2, quiet: 3 }[wordOf(database).level];
  return database.expected === undefined ? rank + 1 : rank;
}

function expectedOf({ expected }: DatabaseVerdict): Html {
  if (expected === undefined) return html`<span class="dim">no</span>`;
  return html`${expected === 'config' ? 'config' : 'learned'}`;
}

function identityCell({ identityMatch, presence }: DatabaseVerdict): Html {
  if (identityMatch === undefined)
    return html`<span class="dim">${presence === 'present' ? 'unknown' : '–'}</span>`;
  return identityMatch ? html`same` : verdict({ level: 'wrong', word: 'replaced' });
}
