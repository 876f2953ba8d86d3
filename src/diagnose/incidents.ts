import { createHash } from 'node:crypto';
import type { History, ServerMemory } from '../model/history.ts';
import type { Incident } from '../model/incident.ts';

type Finding = Omit<Incident, 'id'>;

/** What is lost, replaced or down. Everything follows from memory, so that a restart finds the same again. */
export function findIncidents(history: History): readonly Incident[] {
  const found: Finding[] = [];
  for (const [server, memory] of history.servers) {
    found.push(...serverFindings(server, memory), ...databaseFindings(server, memory));
  }
  for (const [volume, { server, missingSince }] of history.volumes) {
    if (missingSince !== undefined)
      found.push({
        kind: 'volume_missing',
        server,
        datname: undefined,
        volume,
        since: missingSince,
        needsAcceptance: false,
      });
  }
  return found.map((finding) => ({ id: incidentId(finding), ...finding }));
}

function serverFindings(server: string, memory: ServerMemory): readonly Finding[] {
  const found: Finding[] = [];
  const subject = { server, datname: undefined, volume: undefined };
  if (memory.downSince !== undefined)
    found.push({ kind: 'server_down', ...subject, since: memory.downSince, needsAcceptance: false });
  if (memory.stranger !== undefined)
    found.push({ kind: 'server_replaced', ...subject, since: memory.stranger.since, needsAcceptance: true });
  return found;
}

function databaseFindings(server: string, memory: ServerMemory): readonly Finding[] {
  const found: Finding[] = [];
  for (const [datname, { missingSince, unreadableSince, stranger, source }] of memory.databases) {
    if (source === undefined) continue;
    const subject = { server, datname, volume: undefined };
    if (missingSince !== undefined)
      found.push({ kind: 'database_missing', ...subject, since: missingSince, needsAcceptance: false });
    if (unreadableSince !== undefined)
      found.push({ kind: 'database_unreadable', ...subject, since: unreadableSince, needsAcceptance: false });
    // A replaced server has replaced every database on it: one incident says so.
    if (stranger !== undefined && memory.stranger === undefined)
      found.push({ kind: 'database_replaced', ...subject, since: stranger.since, needsAcceptance: true });
  }
  return found;
}

/** Eight hexadecimal digits that stay the same for the same loss, also over a restart. */
function incidentId({ kind, server, datname, volume, since }: Finding): string {
  const text = JSON.stringify([kind, server, datname ?? null, volume ?? null, since]);
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}
