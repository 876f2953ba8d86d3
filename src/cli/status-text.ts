import type { BackupPlaceVerdict, BackupVerdict } from '../model/backup-verdict.ts';
import type { DatabaseVerdict, Report, ServerVerdict } from '../model/report.ts';
import { PLAIN, type Style, type Tone } from './screen.ts';
import { type Cell, printable, table } from './table.ts';

/** What an incident is and why says more than the whole of a name. */
const INCIDENT_COLUMNS = [
  { fixed: 'INCIDENT' },
  { fixed: 'KIND' },
  'WHAT',
  { fixed: 'CAUSE' },
  { fixed: 'SINCE' },
] as const;
/** The first are enough: each page leads to the others. */
const MAX_LINKS = 5;

/** How the report is shown, and where its pages are, if they can be read there. */
export interface StatusLook {
  readonly style?: Style;
  readonly base?: string | undefined;
}

/** The report as a person reads it on a terminal: incidents first. */
export function statusText(report: Report, now: number, { style = PLAIN, base }: StatusLook = {}): string {
  const ageS = Math.max(0, Math.round((now - report.at) / 1000));
  const parts = [
    incidents(report, now, style, base),
    servers(report, style),
    discovery(report, style),
    databases(report, now, style),
    volumes(report, style),
    filesystems(report, style),
    backups(report, now, style),
  ];
  const asOf = style.paint('dim', `As of ${new Date(report.at).toISOString()}, ${ageS} s ago.`);
  return `${[...parts.filter((part) => part !== ''), asOf].join('\n')}\n`;
}

function incidents({ incidents: open }: Report, now: number, style: Style, base: string | undefined): string {
  if (open.length === 0) return `${style.paint('good', 'No open incident.')}\n`;
  const rows = open.map(
    ({ id, kind, server, datname, volume, since, cause, confidence }): readonly Cell[] => [
      { text: id, tone: 'strong' },
      { text: kind, tone: kind === 'blind' ? 'unsure' : 'bad' },
      [server, datname ?? volume].filter((part) => part !== undefined).join('/'),
      `${cause} (${confidence})`,
      `${age(now - since)} ago`,
    ],
  );
  const more = open.slice(0, MAX_LINKS).map(({ id, needsAcceptance }) => {
    const says = needsAcceptance ? 'stays open until accepted' : 'ends by itself';
    const page = base === undefined ? '' : `: ${new URL(`incidents/${id}`, `${base}/`).href}`;
    return `${printable(id)} ${says}${printable(page)}\n`;
  });
  return `${table(INCIDENT_COLUMNS, rows, style)}${more.join('')}`;
}

function servers(report: Report, style: Style): string {
  const rows = report.servers.map((server) => [
    server.name,
    serverState(server),
    server.version ?? '-',
    server.placement.container?.name ?? '-',
    server.placement.volume ?? '-',
  ]);
  const found = report.servers.map(({ source }) => source ?? 'config');
  if (found.every((source) => source === 'config'))
    return table(['SERVER', 'STATE', 'VERSION', 'CONTAINER', 'VOLUME'], rows, style);
  return table(
    ['SERVER', 'STATE', 'VERSION', 'CONTAINER', 'VOLUME', 'SOURCE'],
    rows.map((row, index) => [...row, found[index] ?? '']),
    style,
  );
}

/** What of discovery a person has to know: sentences, which are not cut. */
function discovery({ self }: Report, { paint }: Style): string {
  const { problems = [] } = self.discovery ?? {};
  if (problems.length === 0) return '';
  return `${[paint('dim', 'DISCOVERY'), ...problems.map((problem) => paint('unsure', printable(problem)))].join('\n')}\n`;
}

function serverState({ state, stateReason, up, identityMatch }: ServerVerdict): Cell {
  const reason = stateReason === undefined ? '' : ` (${stateReason})`;
  const text = `${state ?? 'not looked yet'}${reason}${identityMatch === false ? ', another cluster' : ''}`;
  const isUnsure = state === undefined || state === 'blind' || state === 'starting' || state === 'stopping';
  const isGood = up === true && identityMatch !== false;
  return { text, tone: isGood ? 'good' : isUnsure && identityMatch !== false ? 'unsure' : 'bad' };
}

function databases(report: Report, now: number, style: Style): string {
  const rows = report.servers.flatMap(({ name, databases: all }) =>
    all.map((database): readonly Cell[] => [
      `${name}/${database.datname}`,
      presence(database),
      database.expected ?? 'no',
      database.sizeBytes === undefined ? '-' : bytes(database.sizeBytes),
      database.lastSeenAt === undefined ? 'never' : `${age(now - database.lastSeenAt)} ago`,
    ]),
  );
  return table(['DATABASE', 'VERDICT', 'EXPECTED', 'SIZE', 'LAST SEEN'], rows, style);
}

const PRESENCE_TONES = { present: 'good', missing: 'bad', unreadable: 'bad', unknown: 'unsure' } as const;

function presence({ presence: verdict, expected, identityMatch, why }: DatabaseVerdict): Cell {
  if (verdict === 'present')
    return identityMatch === false ? { text: 'replaced', tone: 'bad' } : { text: 'present', tone: 'good' };
  const tone: Tone = expected === undefined ? 'dim' : PRESENCE_TONES[verdict];
  return { text: why === undefined ? verdict : `${verdict}: ${why}`, tone };
}

function volumes({ volumes: all }: Report, style: Style): string {
  if (all.length === 0) return '';
  const rows = all.map(({ name, present, mounted, server }) => [
    name,
    word(present, 'present', 'missing'),
    word(mounted, 'mounted', 'not mounted'),
    server ?? '-',
  ]);
  return table(['VOLUME', 'VERDICT', 'MOUNT', 'SERVER'], rows, style);
}

function filesystems({ filesystems: all }: Report, style: Style): string {
  const rows = all.map(
    ({ mountpoint, up, reason, availBytes, sizeBytes, readonly, servers: on }): readonly Cell[] => [
      mountpoint,
      up === false
        ? { text: `not measurable (${reason ?? 'error'})`, tone: 'unsure' }
        : readonly
          ? { text: 'read-only', tone: on.length > 0 ? 'bad' : 'dim' }
          : word(up, 'ok', ''),
      availBytes === undefined || sizeBytes === undefined
        ? '-'
        : `${bytes(availBytes)} of ${bytes(sizeBytes)} free`,
    ],
  );
  return table(['FILESYSTEM', 'VERDICT', 'SPACE'], rows, style);
}

function backups({ backups: sources }: Report, now: number, style: Style): string {
  if (sources.length === 0) return '';
  const ago = (at: number | undefined): string => (at === undefined ? 'never' : `${age(now - at)} ago`);
  const rows = sources.flatMap(({ source, server, up, reason, databases: all }) =>
    all.flatMap((backup) =>
      backup.places.map((place): readonly Cell[] => [
        backup.datname === '' ? server : `${server}/${backup.datname}`,
        `${source}, ${place.location}`,
        up === false
          ? { text: `not readable (${reason ?? 'failed'})`, tone: 'unsure' }
          : backupVerdict(backup, place, now),
        ago(place.newestAt),
        place.bytes === undefined ? '-' : bytes(place.bytes),
        ago(backup.verified.restore),
      ]),
    ),
  );
  return table(['BACKUP OF', 'SOURCE', 'VERDICT', 'NEWEST', 'SIZE', 'RESTORED'], rows, style);
}

/** The worst that is known. A test speaks of the place that its copy came from. */
function backupVerdict(
  { identityMatch, test: { last } }: BackupVerdict,
  { location, newestAt, maxAgeMs }: BackupPlaceVerdict,
  now: number,
): Cell {
  if (newestAt === undefined) return { text: 'none', tone: 'bad' };
  if (maxAgeMs !== undefined && now - newestAt > maxAgeMs) return { text: 'too old', tone: 'bad' };
  if (identityMatch === false) return { text: 'wrong database', tone: 'bad' };
  if (last?.result === 'failed' && last.location === location) return { text: 'test failed', tone: 'bad' };
  return { text: 'ok', tone: 'good' };
}

function word(value: boolean | undefined, yes: string, no: string): Cell {
  if (value === undefined) return { text: 'unknown', tone: 'unsure' };
  return value ? { text: yes, tone: 'good' } : { text: no, tone: 'bad' };
}

/** Bytes with a binary unit, three digits. */
export function bytes(count: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  const power = count < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(count) / 10));
  const value = count / 1024 ** power;
  return `${power === 0 ? value : value.toPrecision(value < 1000 ? 3 : 4)} ${units[power]}`;
}

/** A duration in the largest unit that says enough. */
export function age(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 120) return `${s} s`;
  if (s < 7200) return `${Math.round(s / 60)} min`;
  return s < 172_800 ? `${Math.round(s / 3600)} h` : `${Math.round(s / 86_400)} d`;
}
