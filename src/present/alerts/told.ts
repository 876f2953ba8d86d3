import type { Incident, IncidentKind, Symptom } from '../../model/incident.ts';
import type { Presence, Report, ServerState } from '../../model/report.ts';

/** A symptom that is told to Alertmanager, and the incident it belongs to. */
export interface Told {
  /** The same while it is the same alert. */
  readonly key: string;
  readonly incident: Incident;
  readonly symptom: Symptom;
}

/** Prometheus tells any number; for a page within a second these are enough, and none of them may cost a tick. */
const MAX_TOLD = 100;
/**
 * A server that is merely out of reach is told when its rule tells it too (`for: 1m`): what is over within a minute is
 * a restart, and pages nobody.
 */
const RESTART_MS = 60_000;
const PATIENT: readonly IncidentKind[] = ['server_down', 'blind'];

/**
 * What a report has to tell: each incident by what it is named after, for the rest comes of it, and what was told
 * of it before while that lasts, so that nothing seems to be over when its incident gets a graver name.
 */
export function toldOf(report: Report, before: ReadonlySet<string>): readonly Told[] {
  if (report.incidents.length === 0) return [];
  const verdicts = verdictsOf(report);
  const all = report.incidents.flatMap((incident) => {
    const lasting = [incident, ...incident.symptoms].filter(
      (symptom) => !ENDED[symptom.kind]({ ...verdicts(symptom), isName: symptom.kind === incident.kind }),
    );
    // An incident keeps its name when what it is named after is over: then the gravest of the rest speaks.
    const [lead] = lasting;
    return lasting
      .map((symptom) => ({ key: keyOf(incident, symptom), incident, symptom }))
      .filter(({ key, symptom }) => symptom.kind === lead?.kind || before.has(key))
      .filter(({ symptom: { kind, since } }) => !PATIENT.includes(kind) || report.at - since >= RESTART_MS);
  });
  const known = all.filter(({ key }) => before.has(key));
  return [...known, ...all.filter(({ key }) => !before.has(key))].slice(0, MAX_TOLD);
}

function keyOf({ id }: Incident, { kind, datname, volume }: Symptom): string {
  return JSON.stringify([id, kind, datname ?? '', volume ?? '']);
}

/**
 * What the report itself says against a symptom. Prometheus reads the same and ends its alert; one that is pushed
 * after that would begin again, and be over and begin for as long as both go on.
 */
const ENDED = {
  database_missing: ({ presence }) => presence === 'present' || presence === 'unreadable',
  database_unreadable: ({ presence }) => presence === 'present' || presence === 'missing',
  database_replaced: ({ databaseMatches }) => databaseMatches === true,
  database_shrunk: () => false,
  server_replaced: ({ serverMatches }) => serverMatches === true,
  server_down: ({ up, blind }) => up === true || blind === true,
  volume_missing: ({ volumePresent }) => volumePresent === true,
  // Where the volume is gone as well, that alone is told.
  data_off_volume: ({ volumeMounted, volumePresent }) => volumeMounted === true || volumePresent === false,
  disk_full: ({ isName }) => !isName,
  blind: ({ up, blind }) => up === true || blind === false,
} as const satisfies Record<IncidentKind, (verdicts: Verdicts & Place) => boolean>;

/** States in which a server may be well: they are told as `blind`. */
const BLIND: readonly (ServerState | undefined)[] = ['blind', 'unreachable', 'saturated'];

/** Where a symptom stands in its incident. */
interface Place {
  /** The incident is named after it: only so a full disk is told. */
  readonly isName: boolean;
}

interface Verdicts {
  readonly up: boolean | undefined;
  readonly blind: boolean | undefined;
  readonly serverMatches: boolean | undefined;
  readonly presence: Presence | undefined;
  readonly databaseMatches: boolean | undefined;
  readonly volumePresent: boolean | undefined;
  readonly volumeMounted: boolean | undefined;
}

/** What a report says of the things that a symptom is about. */
function verdictsOf(report: Report): (symptom: Symptom) => Verdicts {
  const servers = new Map(
    report.servers.map((server) => [
      server.name,
      { server, databases: new Map(server.databases.map((database) => [database.datname, database])) },
    ]),
  );
  return ({ server: name, datname = '', volume: volumeName }) => {
    const { server, databases } = servers.get(name) ?? {};
    const database = databases?.get(datname);
    const volume = report.volumes.find((one) => one.name === volumeName);
    return {
      up: server?.up,
      blind: server?.state === undefined ? undefined : BLIND.includes(server.state),
      serverMatches: server?.identityMatch,
      presence: database?.presence,
      databaseMatches: database?.identityMatch,
      volumePresent: volume?.present,
      volumeMounted: volume?.mounted,
    };
  };
}
