import type { Evidence } from '../../model/evidence.ts';
import type { Case } from '../case.ts';
import { type Finding, led, witnessed } from './rule.ts';

/** The name is there and its files are not; or the whole data directory is gone under a living server. */
export function dataFilesDeleted(facts: Case): readonly Finding[] {
  const server = facts.view.connect?.observation;
  if (server && !server.seen && server.reason === 'files_missing') {
    const explains = led(facts.symptoms, 'server_down', 'database_unreadable');
    const at = server.at;
    const evidence: Evidence = {
      kind: 'files_missing',
      at,
      source: 'postgres_connection',
      facts: { what: 'data directory', answer: server.reason },
    };
    return explains
      ? [
          {
            cause: 'data_files_deleted',
            confidence: witnessed(facts),
            evidence: [evidence],
            explains,
            urgent: true,
          },
        ]
      : [];
  }
  return facts.symptoms.flatMap((symptom): Finding[] => {
    const { datname } = symptom;
    if (symptom.kind !== 'database_unreadable' || datname === undefined) return [];
    const evidence = evidenceOf(facts, datname);
    if (evidence.length === 0) return [];
    return [
      {
        cause: 'data_files_deleted',
        confidence: witnessed(facts),
        evidence,
        explains: [symptom],
        urgent: true,
      },
    ];
  });
}

function evidenceOf({ view, verified }: Case, datname: string): readonly Evidence[] {
  const found: Evidence[] = [];
  const oid = verified.databases.get(datname)?.oid;
  const probe = view.databases.get(datname)?.observation;
  if (probe && !probe.seen && probe.reason === 'files_missing')
    found.push({
      kind: 'files_missing',
      at: probe.at,
      source: 'postgres_connection',
      facts: { datname, answer: probe.reason },
    });
  // The last sizes that were read: a server that lost its files may not live to tell them again.
  const sizes = view.sizes?.lastSeen;
  const size = sizes?.facts.sizes.find((one) => one.oid === oid && one.reason === 'files_missing');
  if (size && sizes)
    found.push({
      kind: 'files_missing',
      at: sizes.at,
      source: 'postgres_catalog',
      facts: { datname, answer: 'no size' },
    });
  if (found.length > 0 && oid !== undefined)
    found.push({
      kind: 'row_present',
      at: view.catalog?.observation.at,
      source: 'postgres_catalog',
      facts: { datname, oid },
    });
  return found;
}
