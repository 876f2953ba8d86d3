import type { Cause } from '../model/cause.ts';
import type { Config } from '../model/config.ts';
import type { Evidence } from '../model/evidence.ts';
import type { History } from '../model/history.ts';
import type { Incident, Symptom } from '../model/incident.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Instant } from '../model/time.ts';
import { type Case, caseOf } from './case.ts';
import { connectionEvidence } from './causes/blind.ts';
import { circumstances } from './causes/circumstances.ts';
import { containerEvidence } from './causes/container.ts';
import { gapEvidence } from './causes/events.ts';
import { identityEvidence } from './causes/identity.ts';
import { CAUSE_RULES } from './causes/index.ts';
import { tablesEvidence } from './causes/last-seen.ts';
import { type Finding, led } from './causes/rule.ts';
import { continued } from './continued.ts';
import { symptomsOf } from './symptoms.ts';

/** These stand for everything else that is wrong on their server, whatever their cause. */
const LEADING: readonly Symptom['kind'][] = ['volume_missing', 'data_off_volume', 'server_replaced'];

/** Only these account for another place or another cluster; what is wrong beside one that nobody explains comes of it. */
const OF_PLACE: readonly string[] = [
  'volume_removed',
  'volume_not_mounted',
  'cluster_reinitialized',
] satisfies Cause[];

export interface FindSettings {
  /** When this process began to look: what happened since, it saw. */
  readonly startedAt: Instant;
  /**
   * A server that is merely down, or does not let us in, may be restarting: an upgrade, a reboot, a moment
   * without connections. So long it is given; a loss that is certain does not wait.
   */
  readonly graceMs: number;
}

/** What is wrong now, one incident for each cause; those that were open before keep their id and evidence. */
export function findIncidents(
  config: Config,
  history: History,
  snapshot: Snapshot,
  { startedAt, graceMs }: FindSettings,
): readonly Incident[] {
  return config.servers.flatMap((server) => {
    const symptoms = symptomsOf(server, history, snapshot);
    if (symptoms.length === 0) return [];
    const facts = caseOf(server, symptoms, history, snapshot, startedAt);
    if (!facts) return [];
    const open = [...history.incidents.values()].filter((incident) => incident.server === server.name);
    return continued(open, explain(facts), snapshot.at, (finding) => isRipe(finding, snapshot.at - graceMs));
  });
}

/** Asks the causes in order; each sees only what those before it left unexplained. */
export function explain(facts: Case): readonly Finding[] {
  const findings: Finding[] = [];
  let left = facts.symptoms;
  for (const [cause, rule] of Object.entries(CAUSE_RULES)) {
    const displaced = left.some(({ kind }) => LEADING.includes(kind));
    if (left.length === 0 || (displaced && !OF_PLACE.includes(cause))) break;
    for (const finding of rule({ ...facts, symptoms: left })) {
      findings.push(finding);
      left = left.filter((symptom) => !finding.explains.includes(symptom));
    }
  }
  const around = circumstances(facts);
  return [...findings, ...unexplained(left, facts)].map((finding) => ({
    ...finding,
    evidence: [...finding.evidence, ...around],
  }));
}

function unexplained(symptoms: readonly Symptom[], facts: Case): readonly Finding[] {
  const { docker, memory } = facts;
  const all = led(symptoms, ...LEADING);
  if (!all) return [];
  const groups = LEADING.includes(all[0].kind)
    ? [all]
    : symptoms.map((symptom): Finding['explains'] => [symptom]);
  // At the start the server answers before Docker does, which may well know why.
  const awaited = memory.container !== undefined && docker.enabled && docker.inventory === undefined;
  return groups.map((explains) => ({
    cause: 'unknown',
    confidence: 'unknown',
    evidence: whatIsKnown(explains, facts),
    explains,
    urgent: !awaited && explains.some(({ needsAcceptance }) => needsAcceptance),
  }));
}

/** No cause, but what was seen. */
function whatIsKnown(explains: Finding['explains'], facts: Case): readonly Evidence[] {
  const shrunk = explains.flatMap(({ kind, datname }) =>
    kind === 'database_shrunk' && datname !== undefined ? tablesEvidence(datname, facts) : [],
  );
  const ofServer = explains.some(({ datname }) => datname === undefined);
  if (!ofServer) return shrunk;
  return [
    ...shrunk,
    ...identityEvidence(facts),
    ...connectionEvidence(facts),
    ...containerEvidence(facts),
    ...gapEvidence(facts),
  ];
}

function isRipe({ urgent, explains }: Finding, before: Instant): boolean {
  return urgent || explains.some(({ since }) => since <= before);
}
