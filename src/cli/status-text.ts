import type { DatabaseVerdict, Report, ServerVerdict } from '../model/report.ts';
import { printable, table } from './table.ts';

/** The report as a person reads it on a terminal: incidents first. */
export function statusText(report: Report, now: number): string {
  const ageS = Math.max(0, Math.round((now - report.at) / 1000));
  const parts = [
    incidents(report, now),
    servers(report),
    discovery(report),
    databases(report, now),
    volumes(report),
    filesystems(report),
    backups(report, now),
  ];
  return `${[...parts.filter((part) => part !== ''), `As of ${new Date(report.at).toISOString()}, ${ageS} s ago.`].join('\n')}\n`;
}

function incidents({ incidents: open }: Report, now: number): string {
  if (open.length === 0) return 'No open incident.\n';
  const rows = open.map(
    ({ id, kind, server, datname, volume, since, needsAcceptance, cause, confidence }) => [
      id,
      kind,
      [server, datname ?? volume].filter((part) => part !== undefined).join('/'),
      `${cause} (${confidence})`,
      `${age(now - since)} ago`,
      needsAcceptance ? 'stays open until accepted' : '',
    ],
  );
  return table(['INCIDENT', 'KIND', 'WHAT', 'CAUSE', 'SINCE', ''], rows);
}

function servers(report: Report): string {
  const rows = report.servers.map((server) => [
    server.name,
    serverState(server),
    server.version ?? '-',
    server.placement.container?.name ?? '-',
    server.placement.volume ?? '-',
  ]);
  const found = report.servers.map(({ source }) => source ?? 'config');
  if (found.every((source) => source === 'config'))
    return table(['SERVER', 'STATE', 'VERSION', 'CONTAINER', 'VOLUME'], rows);
  return table(
    ['SERVER', 'STATE', 'VERSION', 'CONTAINER', 'VOLUME', 'SOURCE'],
    rows.map((row, index) => [...row, found[index] ?? '']),
  );
}

/** What of discovery a person has to know. */
function discovery({ self }: Report): string {
  const { problems = [] } = self.discovery ?? {};
  if (problems.length === 0) return '';
  return table(
    ['DISCOVERY'],
    problems.map((problem) => [printable(problem)]),
  );
}

function serverState({ state, stateReason, identityMatch }: ServerVerdict): string {
  const reason = stateReason === undefined ? '' : ` (${stateReason})`;
  return `${state ?? 'not looked yet'}${reason}${identityMatch === false ? ', another cluster' : ''}`;
}

function databases(report: Report, now: number): string {
  const rows = report.servers.flatMap(({ name, databases: all }) =>
    all.map((database) => [
      `${name}/${database.datname}`,
      presence(database),
      database.expected ?? 'no',
      database.sizeBytes === undefined ? '-' : bytes(database.sizeBytes),
      database.lastSeenAt === undefined ? 'never' : `${age(now - database.lastSeenAt)} ago`,
    ]),
  );
  return table(['DATABASE', 'VERDICT', 'EXPECTED', 'SIZE', 'LAST SEEN'], rows);
}

function presence({ presence: verdict, identityMatch, why }: DatabaseVerdict): string {
  if (verdict === 'present') return identityMatch === false ? 'replaced' : 'present';
  return why === undefined ? verdict : `${verdict}: ${printable(why)}`;
}

function volumes({ volumes: all }: Report): string {
  if (all.length === 0) return '';
  const rows = all.map(({ name, present, mounted, server }) => [
    name,
    word(present, 'present', 'missing'),
    word(mounted, 'mounted', 'not mounted'),
    server ?? '-',
  ]);
  return table(['VOLUME', 'VERDICT', 'MOUNT', 'SERVER'], rows);
}

function filesystems({ filesystems: all }: Report): string {
  const rows = all.map(({ mountpoint, up, reason, availBytes, sizeBytes, readonly }) => [
    mountpoint,
    up === false ? `not measurable (${reason ?? 'error'})` : readonly ? 'read-only' : word(up, 'ok', ''),
    availBytes === undefined || sizeBytes === undefined
      ? '-'
      : `${bytes(availBytes)} of ${bytes(sizeBytes)} free`,
  ]);
  return table(['FILESYSTEM', 'VERDICT', 'SPACE'], rows);
}

function backups({ backups: sources }: Report, now: number): string {
  if (sources.length === 0) return '';
  const ago = (at: number | undefined): string => (at === undefined ? 'never' : `${age(now - at)} ago`);
  const rows = sources.flatMap(({ source, server, up, reason, databases: all }) =>
    all.flatMap(({ datname, places, verified }) =>
      places.map(({ location, newestAt, maxAgeMs, bytes: size }) => [
        datname === '' ? server : `${server}/${datname}`,
        `${source}, ${location}`,
        up === false ? `not readable (${reason ?? 'failed'})` : backupVerdict(newestAt, maxAgeMs, now),
        ago(newestAt),
        size === undefined ? '-' : bytes(size),
        ago(verified.restore),
      ]),
    ),
  );
  return table(['BACKUP OF', 'SOURCE', 'VERDICT', 'NEWEST', 'SIZE', 'RESTORED'], rows);
}

function backupVerdict(newestAt: number | undefined, maxAgeMs: number | undefined, now: number): string {
  if (newestAt === undefined) return 'none';
  return maxAgeMs !== undefined && now - newestAt > maxAgeMs ? 'too old' : 'ok';
}

function word(value: boolean | undefined, yes: string, no: string): string {
  return value === undefined ? 'unknown' : value ? yes : no;
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
