import type {
  BackupPlaceVerdict,
  BackupSourceVerdict,
  BackupVerdict,
} from '../../../model/backup-verdict.ts';
import type { Report } from '../../../model/report.ts';
import type { RestoreTest } from '../../../model/restore-test.ts';
import type { Instant } from '../../../model/time.ts';
import { count } from '../../words/text.ts';
import { type Html, html } from '../html.ts';
import { backupWord } from './backup-words.ts';
import { moment, size, verdict } from './format.ts';
import { table } from './table.ts';
import type { Word } from './words.ts';

/** A page with more rows is not read by anybody; the API has all of them. */
const MAX_ROWS = 100;

/** Whether there is a way back; nothing where no source of backups is configured. */
export function backupsSection({ backups }: Report, now: Instant): Html | undefined {
  if (backups.length === 0) return undefined;
  return html`<section aria-labelledby="backups">
<h2 id="backups">Backups</h2>
${backups.map((source) => sourceOf(source, now))}
</section>`;
}

function sourceOf(source: BackupSourceVerdict, now: Instant): Html {
  const { source: name, kind, server, directory, up, detail } = source;
  const rows = source.databases.flatMap((database) =>
    database.places.map((place) => rowOf(source, database, place, now)),
  );
  const hidden = rows.slice(MAX_ROWS);
  return html`<article class="card">
<h3>${name} ${verdict(LOOK[up === undefined ? 'none' : up ? 'works' : 'fails'])}</h3>
<p class="dim">${kind} of ${server}${directory === undefined ? undefined : html`, in <span class="mono">${directory}</span>`}${unusable(source)}</p>
${up === false ? html`<p>${detail}</p>` : undefined}
${source.databases.filter(({ places }) => places.length === 0).map(apart)}
${rows.length === 0 ? html`<p class="dim">No backup is known, and none is expected.</p>` : backupTable(name, rows.slice(0, MAX_ROWS))}
${hidden.length === 0 ? undefined : html`<p class="dim">And ${hidden.length} more, in <a href="api/v1/report">the report</a>.</p>`}
</article>`;
}

const LOOK: Readonly<Record<'none' | 'works' | 'fails', Word>> = {
  none: { level: 'unsure', word: 'not looked yet' },
  works: { level: 'well', word: 'can be read' },
  fails: { level: 'unsure', word: 'cannot be read' },
};

function unusable({ incomplete = 0, unreadable = 0 }: BackupSourceVerdict): Html | undefined {
  const parts = [
    ...(incomplete === 0 ? [] : [`${incomplete} incomplete`]),
    ...(unreadable === 0 ? [] : [`${count(unreadable, 'record')} that cannot be read`]),
  ];
  return parts.length === 0 ? undefined : html`; counted as none: ${parts.join(', ')}`;
}

type Row = readonly (Html | string)[];

const backupTable = (name: string, rows: readonly Row[]): Html =>
  table({
    caption: `Backups by ${name}`,
    columns: ['Database', 'Place', 'Verdict', 'Newest', { numeric: 'Size' }, { numeric: 'Kept' }, 'Restored'],
    rows,
  });

function rowOf(
  source: BackupSourceVerdict,
  database: BackupVerdict,
  place: BackupPlaceVerdict,
  now: Instant,
): Row {
  const { datname, verified } = database;
  return [
    datname === '' ? html`whole server` : html`<span class="name">${datname}</span>`,
    place.location,
    html`${verdict(backupWord(source, database, place, now))}${whyOf(database)}`,
    moment(place.newestAt, now),
    size(place.bytes),
    place.count === undefined ? html`<span class="dim">–</span>` : `${place.count}`,
    verified.restore === undefined ? html`<span class="dim">never</span>` : moment(verified.restore, now),
  ];
}

/** How the last attempt and the last restore test ended, where that was not well. */
function whyOf({ run, test }: BackupVerdict): Html | undefined {
  const parts = [
    ...(run === undefined || run.result === 'success' || run.result === 'running'
      ? []
      : [`last attempt: ${run.message ?? run.result.replaceAll('_', ' ')}`]),
    ...(run === undefined || run.held.length === 0
      ? []
      : [`nothing is deleted: ${run.held.join(', ').replaceAll('_', ' ')}`]),
    ...(test.last === undefined || test.last.result === 'passed'
      ? []
      : [
          `restore test${copyOf(test.last)} ${test.last.result}: ${test.last.detail ?? test.last.reason ?? 'no reason given'}`,
        ]),
  ];
  return parts.length === 0 ? undefined : html` <span class="why">${parts.join('; ')}</span>`;
}

/** What went wrong where no backup is expected and none is known. */
function apart(database: BackupVerdict): Html | undefined {
  const why = whyOf(database);
  return why && html`<p>${database.datname === '' ? 'whole server' : database.datname}:${why}</p>`;
}

/** Copies here and somewhere else are tried apart. */
const copyOf = ({ location }: RestoreTest): string => (location === 'offsite' ? ' of the offsite copy' : '');
