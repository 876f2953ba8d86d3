import type { Evidence, EvidenceKind } from '../../model/evidence.ts';
import type { Incident } from '../../model/incident.ts';
import type { Instant } from '../../model/time.ts';
import { bytes, type Facts, number, text } from './facts.ts';
import { clock, count, short } from './text.ts';

/** What the words of a cause are made of: an incident with its names and evidence at hand. */
export interface Subject {
  readonly incident: Incident;
  /** `Server main`, `Database shop of main`: whom it is about, at the start of a sentence. */
  readonly whom: string;
  /** Name of the server, safe in a sentence. */
  readonly server: string;
  readonly datname: string | undefined;
  /** The volume that is gone or not used, and the container of the server, as they are called. */
  readonly volume: string | undefined;
  readonly container: string | undefined;
  /** The first piece of evidence of one of these kinds, the kinds in order of preference. */
  readonly first: (...kinds: readonly EvidenceKind[]) => Evidence | undefined;
  /** Facts of that piece, or none. */
  readonly facts: (...kinds: readonly EvidenceKind[]) => Facts;
  /** `02:14:07 UTC`: when that piece happened; without one, when the incident was noticed. */
  readonly when: (...kinds: readonly EvidenceKind[]) => string;
  /** The same for any instant. */
  readonly time: (at: Instant) => string;
  /** `; last seen with 523 MiB in 41 tables at 02:14:05`, or nothing. */
  readonly lastSeen: string;
}

/** Lays an incident out for its words; `container` is the one of its server, for evidence that names none. */
export function subjectOf(incident: Incident, container: string | undefined): Subject {
  const { datname, evidence, since, server } = incident;
  const first = (...kinds: readonly EvidenceKind[]): Evidence | undefined =>
    kinds.flatMap((kind) => evidence.find((one) => one.kind === kind) ?? [])[0];
  const time = (at: Instant): string => `${clock(at, since)} UTC`;
  const database = datname ?? databaseOf(incident);
  return {
    incident,
    whom:
      database === undefined ? `Server ${short(server)}` : `Database ${short(database)} of ${short(server)}`,
    server: short(server),
    datname: database,
    volume: volumeOf(incident),
    container:
      nameIn(evidence, ['container_state', 'container_event', 'container_absent'], 'name') ?? container,
    first,
    facts: (...kinds) => first(...kinds)?.facts ?? {},
    when: (...kinds) => time(first(...kinds)?.at ?? since),
    time,
    lastSeen: lastSeenOf(evidence, since),
  };
}

/** An incident of a server names no database; where a single one is gone, that is whom it is about. */
function databaseOf({ kind, symptoms }: Incident): string | undefined {
  if (!kind.startsWith('database_')) return undefined;
  return symptoms.find(({ datname }) => datname !== undefined)?.datname;
}

function volumeOf({ volume, symptoms, evidence }: Incident): string | undefined {
  return (
    volume ??
    symptoms.find((symptom) => symptom.volume !== undefined)?.volume ??
    nameIn(
      evidence,
      ['volume_absent', 'volume_created', 'volume_directory_deleted', 'mount_before'],
      'volume',
    ) ??
    nameIn(evidence, ['volume_destroyed'], 'name')
  );
}

function nameIn(
  evidence: readonly Evidence[],
  kinds: readonly EvidenceKind[],
  key: string,
): string | undefined {
  for (const { kind, facts } of evidence) {
    const value = facts[key];
    if (kinds.includes(kind) && typeof value === 'string' && value !== '') return value;
  }
  return undefined;
}

function lastSeenOf(evidence: readonly Evidence[], since: Instant): string {
  const seen = evidence.filter(({ kind }) => kind === 'last_seen');
  const [only] = seen;
  if (only === undefined) return '';
  const latest = Math.max(...seen.map(({ at }) => at ?? Number.NEGATIVE_INFINITY));
  const at = Number.isFinite(latest) ? ` at ${clock(latest, since)}` : '';
  if (seen.length > 1) return `; ${count(seen.length, 'database')} of it last seen${at}`;
  const tables = number(only.facts, 'tables');
  const what = [bytes(only.facts, 'size_bytes'), tables === undefined ? undefined : count(tables, 'table')];
  const full = what.filter((part) => part !== undefined).join(' in ');
  return `; last seen${full === '' ? '' : ` with ${full}`}${at}`;
}

/** The name of the session's user that dropped it, where one was caught: ` by alice from 10.0.0.7`. */
export function culprit({ facts }: Subject): string {
  const session = facts('drop_session');
  const user = text(session, 'user');
  const from = text(session, 'client_address');
  return user === undefined ? '' : ` by ${user}${from === undefined ? '' : ` from ${from}`}`;
}
