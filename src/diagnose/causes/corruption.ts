import type { Case } from '../case.ts';
import { type Finding, led, witnessed } from './rule.ts';

/** The server, or a database, answers that what it reads is damaged. */
export function corruption(facts: Case): readonly Finding[] {
  const server = facts.view.connect?.observation;
  if (server && !server.seen && server.reason === 'corrupt') {
    const explains = led(facts.symptoms, 'server_down', 'database_unreadable');
    return explains ? [finding(facts, explains, server.at, { answer: server.reason })] : [];
  }
  return facts.symptoms.flatMap((symptom): Finding[] => {
    const { datname = '' } = symptom;
    const probe = facts.view.databases.get(datname)?.observation;
    if (symptom.kind !== 'database_unreadable' || !probe || probe.seen || probe.reason !== 'corrupt')
      return [];
    return [finding(facts, [symptom], probe.at, { datname, answer: probe.reason })];
  });
}

function finding(
  facts: Case,
  explains: Finding['explains'],
  at: number,
  answer: Record<string, string>,
): Finding {
  return {
    cause: 'corruption',
    confidence: witnessed(facts),
    evidence: [{ kind: 'connection_failed', at, source: 'postgres_connection', facts: answer }],
    explains,
    urgent: true,
  };
}
