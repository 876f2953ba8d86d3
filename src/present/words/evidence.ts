import type { Evidence, EvidenceKind, EvidenceSource } from '../../model/evidence.ts';
import { DOCKER_EVIDENCE } from './evidence/docker.ts';
import { MACHINE_EVIDENCE } from './evidence/machine.ts';
import { POSTGRES_EVIDENCE } from './evidence/postgres.ts';
import type { Facts } from './facts.ts';

const EVIDENCE_SENTENCES = {
  ...DOCKER_EVIDENCE,
  ...POSTGRES_EVIDENCE,
  ...MACHINE_EVIDENCE,
} as const satisfies Record<EvidenceKind, (facts: Facts) => string>;

const SOURCE_WORDS = {
  docker_event: 'Docker event',
  docker_list: 'Docker list',
  docker_inspect: 'Docker inspect',
  container_log: 'container log',
  pg_control: 'pg_control',
  postgres_catalog: 'catalog',
  postgres_connection: 'connection',
  postgres_activity: 'sessions',
  filesystem: 'filesystem',
  host: 'host',
  memory: 'memory of pgvigil',
} as const satisfies Record<EvidenceSource, string>;

/** One fact as a person reads it: when, what, from where. */
export interface EvidenceLine {
  readonly at: Evidence['at'];
  readonly text: string;
  readonly source: string;
}

/** Evidence in the order in which it happened, one sentence each; what has no time comes last. */
export function evidenceLines(evidence: readonly Evidence[]): readonly EvidenceLine[] {
  return evidence
    .map(({ kind, at, source, facts }) => ({
      at,
      text: EVIDENCE_SENTENCES[kind](facts),
      source: SOURCE_WORDS[source],
    }))
    .sort((a, b) => (a.at ?? Number.POSITIVE_INFINITY) - (b.at ?? Number.POSITIVE_INFINITY) || 0);
}
