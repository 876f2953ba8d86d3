import { createHash } from 'node:crypto';
import type { Confidence } from '../model/cause.ts';
import type { Evidence, EvidenceKind } from '../model/evidence.ts';
import type { Incident, IncidentKind, Symptom } from '../model/incident.ts';
import type { Instant } from '../model/time.ts';
import { CAUSE_RULES } from './causes/index.ts';
import type { Finding } from './causes/rule.ts';

/** Evidence comes in for so long after an incident opened; later a cause is only found, never exchanged. */
const SETTLED_MS = 20_000;
const MAX_EVIDENCE = 60;
/** Read again at every look: the first one counts, however its figures go on. */
const STATES: readonly EvidenceKind[] = [
  'container_state',
  'disk_figures',
  'disk_full',
  'inodes_used_up',
  'connection_failed',
  'docker_unreachable',
  'events_lost',
];
const STRENGTH = { unknown: 0, inferred: 1, observed: 2 } as const satisfies Record<Confidence, number>;
/** The kind that says most names an incident; it never becomes a lesser one while it is open. */
const WEIGHT = {
  volume_missing: 9,
  data_off_volume: 8,
  server_replaced: 7,
  database_replaced: 6,
  database_missing: 5,
  database_unreadable: 4,
  database_shrunk: 3,
  disk_full: 2,
  server_down: 1,
  blind: 0,
} as const satisfies Record<IncidentKind, number>;

/** Turns findings into incidents: one that was open goes on, with what was known of it; a new one waits until it is ripe. */
export function continued(
  open: readonly Incident[],
  findings: readonly Finding[],
  at: Instant,
  isRipe: (finding: Finding) => boolean,
): readonly Incident[] {
  const free = new Set(open);
  const incidents = new Map<string, Incident>();
  const isAboutLead = (finding: Finding): boolean => open.some((incident) => leads(incident, finding));
  for (const finding of trueFirst(findings, isAboutLead)) {
    const same = [...free].filter((incident) => isSame(incident, finding));
    const ofCause = trueFirst(same, ({ cause }) => cause === finding.cause);
    const [before] = trueFirst(ofCause, (incident) => leads(incident, finding));
    const whole = open.find((incident) => incidents.has(incident.id) && isPartOf(incident, finding));
    if (before) {
      free.delete(before);
      incidents.set(before.id, merge(before, finding, at));
    } else if (whole) {
      incidents.set(whole.id, joined(incidents.get(whole.id) ?? whole, finding));
    } else if (isRipe(finding)) {
      const incident = opened(finding);
      incidents.set(incident.id, incident);
    }
  }
  return [...incidents.values()];
}

/** What accounts for that which an incident is named after speaks for it, rather than what accounts for a part of it. */
function leads({ kind, datname }: Incident, { explains }: Finding): boolean {
  return explains.some((symptom) => symptom.kind === kind && symptom.datname === datname);
}

/** Those for which it is true first, in their order. */
function trueFirst<T>(all: readonly T[], isFirst: (one: T) => boolean): readonly T[] {
  return [...all.filter(isFirst), ...all.filter((one) => !isFirst(one))];
}

/** What an incident is about: its server as a whole, or some of its databases. */
function subjects(symptoms: readonly Symptom[]): ReadonlySet<string> {
  return new Set(symptoms.map(({ datname }) => (datname === undefined ? 'server' : `database ${datname}`)));
}

function isSame(incident: Incident, { explains }: Finding): boolean {
  const now = subjects(explains);
  return [...subjects([incident, ...incident.symptoms])].some((subject) => now.has(subject));
}

/** What belonged to an incident goes on belonging to it, though its cause does not account for it any more. */
function isPartOf(incident: Incident, { explains }: Finding): boolean {
  const parts = [incident, ...incident.symptoms];
  return explains.every(({ kind, datname }) =>
    parts.some((part) => part.kind === kind && part.datname === datname),
  );
}

function joined(incident: Incident, { explains, evidence }: Finding): Incident {
  const known = new Set([incident, ...incident.symptoms].map(({ kind, datname }) => `${kind} ${datname}`));
  const fresh = explains.filter(({ kind, datname }) => !known.has(`${kind} ${datname}`));
  return {
    ...incident,
    needsAcceptance: incident.needsAcceptance || explains.some(({ needsAcceptance }) => needsAcceptance),
    evidence: union(incident.evidence, evidence),
    symptoms: [...incident.symptoms, ...fresh],
  };
}

function opened(finding: Finding): Incident {
  const [lead, ...symptoms] = finding.explains;
  const since = Math.min(...finding.explains.map((symptom) => symptom.since));
  return {
    ...lead,
    since,
    id: incidentId(lead, since),
    needsAcceptance: finding.explains.some(({ needsAcceptance }) => needsAcceptance),
    cause: finding.cause,
    trigger: finding.trigger,
    confidence: finding.confidence,
    evidence: finding.evidence.slice(0, MAX_EVIDENCE),
    symptoms,
  };
}

function merge(before: Incident, finding: Finding, at: Instant): Incident {
  const now = opened(finding);
  const known = before.symptoms.some(({ kind, datname }) => kind === now.kind && datname === now.datname);
  // What seemed to be about one database is about its server.
  const widened = before.datname !== undefined && now.datname === undefined;
  const lead = widened || (!known && WEIGHT[now.kind] > WEIGHT[before.kind]) ? now : before;
  const why = stronger(before, now, at);
  return {
    id: before.id,
    kind: lead.kind,
    server: before.server,
    datname: lead.datname,
    volume: lead.volume ?? before.volume ?? now.volume,
    since: Math.min(before.since, now.since),
    needsAcceptance: now.needsAcceptance,
    cause: why.cause,
    trigger: why.trigger,
    confidence: why.confidence,
    evidence: union(before.evidence, now.evidence),
    symptoms: [now, ...now.symptoms]
      .filter(({ kind, datname }) => kind !== lead.kind || datname !== lead.datname)
      .map(({ kind, server, datname, volume, since, needsAcceptance }) => ({
        kind,
        server,
        datname,
        volume,
        since,
        needsAcceptance,
      })),
  };
}

/** A cause that was found stays, unless a better founded one comes in while evidence is still coming in. */
function stronger(
  before: Incident,
  now: Incident,
  at: Instant,
): Pick<Incident, 'cause' | 'trigger' | 'confidence'> {
  if (before.cause === now.cause) {
    const better = STRENGTH[now.confidence] > STRENGTH[before.confidence] ? now : before;
    return {
      cause: before.cause,
      trigger: better.trigger ?? before.trigger ?? now.trigger,
      confidence: better.confidence,
    };
  }
  if (before.cause === 'unknown') return now;
  const settled = at - before.since >= SETTLED_MS;
  const graver = WEIGHT[now.kind] > WEIGHT[before.kind];
  const deeper = DEPTH.indexOf(now.cause) < DEPTH.indexOf(before.cause);
  const asSure = STRENGTH[now.confidence] >= STRENGTH[before.confidence];
  return graver || (!settled && deeper && asSure) ? now : before;
}

/** The deepest first: that a server without its files stops is no cause, it is what comes of it. */
const DEPTH: readonly string[] = Object.keys(CAUSE_RULES);

/** What was captured when the incident opened stays, though Docker and PostgreSQL have forgotten it. */
function union(before: readonly Evidence[], now: readonly Evidence[]): readonly Evidence[] {
  const key = ({ kind, source, facts }: Evidence): string =>
    JSON.stringify(STATES.includes(kind) ? [kind, facts['name']] : [kind, source, facts]);
  const known = new Set(before.map(key));
  const fresh = now.filter((evidence) => !known.has(key(evidence)));
  return fresh.length === 0 ? before : [...before, ...fresh].slice(0, MAX_EVIDENCE);
}

/** Eight hexadecimal digits, the same for the same loss. */
function incidentId({ kind, server, datname, volume }: Symptom, since: Instant): string {
  const text = JSON.stringify([kind, server, datname ?? null, volume ?? null, since]);
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}
