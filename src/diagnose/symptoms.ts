import type { ServerConfig } from '../model/config.ts';
import type { History, ServerMemory } from '../model/history.ts';
import type { IncidentKind, Symptom } from '../model/incident.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Instant } from '../model/time.ts';

type Wrong = Omit<Symptom, 'server'>;
const OF_SERVER = { datname: undefined, volume: undefined };

/** Everything that is wrong with one server now, before anybody asks why. */
export function symptomsOf(server: ServerConfig, history: History, snapshot: Snapshot): readonly Symptom[] {
  const memory = history.servers.get(server.name);
  if (!memory) return [];
  const wrong = [
    ...ofServer(server, memory, snapshot),
    ...ofVolume(memory, history),
    ...ofPlace(memory),
    ...ofDatabases(memory),
  ];
  return wrong.map((symptom) => ({ ...symptom, server: server.name }));
}

function ofServer(server: ServerConfig, memory: ServerMemory, snapshot: Snapshot): readonly Wrong[] {
  const wrong: Wrong[] = [];
  const state = snapshot.verified.get(server.name)?.state;
  const blind = state === 'blind' || state === 'unreachable' || state === 'saturated';
  if (memory.downSince !== undefined)
    wrong.push({
      kind: blind ? 'blind' : 'server_down',
      ...OF_SERVER,
      since: memory.downSince,
      needsAcceptance: false,
    });
  if (memory.stranger !== undefined)
    wrong.push({
      kind: 'server_replaced',
      ...OF_SERVER,
      since: memory.stranger.since,
      needsAcceptance: true,
    });
  if (memory.diskFullSince !== undefined)
    wrong.push({ kind: 'disk_full', ...OF_SERVER, since: memory.diskFullSince, needsAcceptance: false });
  return wrong;
}

function ofVolume({ volume }: ServerMemory, history: History): readonly Wrong[] {
  const since = volume === undefined ? undefined : history.volumes.get(volume)?.missingSince;
  return since === undefined
    ? []
    : [{ kind: 'volume_missing', datname: undefined, volume, since, needsAcceptance: true }];
}

function ofPlace({ volume, offVolumeSince }: ServerMemory): readonly Wrong[] {
  if (volume === undefined || offVolumeSince === undefined) return [];
  return [
    { kind: 'data_off_volume', datname: undefined, volume, since: offVolumeSince, needsAcceptance: true },
  ];
}

function ofDatabase(kind: IncidentKind, datname: string, since: Instant): Wrong {
  return { kind, datname, volume: undefined, since, needsAcceptance: true };
}

function ofDatabases(memory: ServerMemory): readonly Wrong[] {
  const wrong: Wrong[] = [];
  for (const [datname, database] of memory.databases) {
    if (database.source === undefined) continue;
    const { missingSince, unreadableSince, stranger, shrunkSince } = database;
    if (missingSince !== undefined) wrong.push(ofDatabase('database_missing', datname, missingSince));
    if (unreadableSince !== undefined)
      wrong.push(ofDatabase('database_unreadable', datname, unreadableSince));
    // A replaced server has replaced every database on it: one symptom says so.
    if (stranger !== undefined && memory.stranger === undefined)
      wrong.push(ofDatabase('database_replaced', datname, stranger.since));
    if (shrunkSince !== undefined) wrong.push(ofDatabase('database_shrunk', datname, shrunkSince));
  }
  return wrong;
}
