import type { Evidence } from '../../model/evidence.ts';
import type { Case } from '../case.ts';
import { type Finding, led } from './rule.ts';

/** The filesystem of the data has no space or no inodes left, or the server says so (53100). */
export function diskFull(facts: Case): readonly Finding[] {
  const explains = led(facts.symptoms, 'disk_full', 'server_down', 'blind');
  const evidence = evidenceOf(facts);
  if (!explains || evidence.length === 0) return [];
  const told = explains.filter(
    ({ kind }) => kind === 'disk_full' || kind === 'server_down' || kind === 'blind',
  );
  const [first, ...rest] = told;
  return first
    ? [{ cause: 'disk_full', confidence: 'observed', evidence, explains: [first, ...rest], urgent: true }]
    : [];
}

function evidenceOf({ filesystem, view }: Case): readonly Evidence[] {
  const found: Evidence[] = [];
  const usage = filesystem?.usage?.observation;
  if (filesystem && usage?.seen) {
    const { mountpoint } = filesystem;
    const { availBytes, sizeBytes, files, filesFree } = usage.facts;
    const at = usage.at;
    if (availBytes === 0)
      found.push({
        kind: 'disk_full',
        at,
        source: 'filesystem',
        facts: { mountpoint, avail_bytes: availBytes, size_bytes: sizeBytes },
      });
    if (files > 0 && filesFree === 0)
      found.push({
        kind: 'inodes_used_up',
        at,
        source: 'filesystem',
        facts: { mountpoint, files, files_free: filesFree },
      });
  }
  const server = view.connect?.observation;
  if (server && !server.seen && server.reason === 'disk_full')
    found.push({
      kind: 'connection_failed',
      at: server.at,
      source: 'postgres_connection',
      facts: { answer: server.reason },
    });
  return found;
}
