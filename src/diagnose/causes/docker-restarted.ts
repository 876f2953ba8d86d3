import type { Evidence } from '../../model/evidence.ts';
import type { Case } from '../case.ts';
import { containerEvidence, downSymptoms } from './container.ts';
import type { Finding } from './rule.ts';

/** A daemon that stops takes its containers with it within this time. */
const TOGETHER_MS = 30_000;

/** The engine went away, or came back, when the server went down: nobody stopped that container by hand. */
export function dockerRestarted(facts: Case): readonly Finding[] {
  const explains = downSymptoms(facts);
  if (!explains || facts.memory.container === undefined) return [];
  const evidence = evidenceOf(facts, explains[0].since);
  if (evidence.length === 0) return [];
  return [
    {
      cause: 'docker_restarted',
      confidence: 'inferred',
      evidence: [...evidence, ...containerEvidence(facts)],
      explains,
      urgent: false,
    },
  ];
}

function evidenceOf({ docker }: Case, since: number): readonly Evidence[] {
  const engine = docker.engine?.observation;
  if (engine && !engine.seen && (engine.reason === 'absent' || engine.reason === 'refused'))
    return [
      { kind: 'docker_unreachable', at: engine.at, source: 'docker_list', facts: { reason: engine.reason } },
    ];
  const restarts = docker.restarts.filter((at) => Math.abs(at - since) < TOGETHER_MS);
  return restarts.map((at) => ({ kind: 'daemon_restarted', at, source: 'docker_event', facts: {} }));
}
