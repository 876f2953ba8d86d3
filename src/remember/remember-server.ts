import { isDeepStrictEqual } from 'node:util';
import type { ServerConfig } from '../model/config.ts';
import { isComingUp } from '../model/discovery.ts';
import type { ServerMemory, ServerPin } from '../model/history.ts';
import type { Happening } from '../model/journal.ts';
import type { Placement } from '../model/placement.ts';
import type { PostgresView } from '../model/postgres.ts';
import type { Instant } from '../model/time.ts';
import type { VerifiedServer } from '../model/verified.ts';

/** What one tick says of one server. */
export interface ServerSighting {
  readonly config: ServerConfig;
  readonly verified: VerifiedServer;
  readonly view: PostgresView;
  readonly placement: Placement | undefined;
  /** The last look at the server began after Docker listed that container as it is. */
  readonly lookedSince: boolean;
  readonly now: Instant;
}

type Note = (happening: Omit<Happening, 'at' | 'server'>) => void;

export const NEW_SERVER: ServerMemory = {
  pin: undefined,
  stranger: undefined,
  timeline: undefined,
  dataDirectory: undefined,
  container: undefined,
  volume: undefined,
  home: undefined,
  lastUpAt: undefined,
  catalogAt: undefined,
  wellAt: undefined,
  downSince: undefined,
  offVolumeSince: undefined,
  diskFullSince: undefined,
  oomKills: 0,
  databases: new Map(),
};

/** The memory of one server after one tick, its databases aside. */
export function rememberServer(memory: ServerMemory, sighting: ServerSighting, note: Note): ServerMemory {
  const found = withOrigin(memory, sighting, note);
  const up = upOrDown(found, sighting, note);
  const identified = withIdentity(up, sighting, note);
  return placed(identified, sighting, note);
}

/** How it was found is kept; what is written down was not found. */
function withOrigin(memory: ServerMemory, { config }: ServerSighting, note: Note): ServerMemory {
  const origin = config.discovered?.origin;
  if (isDeepStrictEqual(origin, memory.discovered)) return memory;
  if (origin !== undefined && memory.discovered === undefined)
    note({ kind: 'server_discovered', container: origin.container });
  return { ...memory, discovered: origin };
}

function upOrDown(memory: ServerMemory, sighting: ServerSighting, note: Note): ServerMemory {
  const { config, verified, view, now } = sighting;
  if (verified.up === undefined) return memory;
  if (!verified.up) {
    if (memory.downSince !== undefined) return memory;
    if (isComingUp(config.discovered, memory.lastUpAt, verified.state)) return memory;
    note({
      kind: 'server_down',
      details: { state: verified.state ?? 'unknown', reason: verified.reason ?? 'other' },
    });
    return { ...memory, downSince: now };
  }
  if (memory.downSince !== undefined || memory.lastUpAt === undefined) note({ kind: 'server_up' });
  const facts = view.connect?.lastSeen?.facts;
  return {
    ...memory,
    downSince: undefined,
    lastUpAt: view.connect?.lastSeen?.at ?? now,
    timeline: facts?.timeline ?? memory.timeline,
    dataDirectory: facts?.dataDirectory ?? memory.dataDirectory,
  };
}

function withIdentity(
  memory: ServerMemory,
  { config, verified, now }: ServerSighting,
  note: Note,
): ServerMemory {
  const written = config.identity.systemIdentifier;
  let pin: ServerPin | undefined = memory.pin;
  if (written !== undefined && pin?.systemIdentifier !== written)
    pin = { systemIdentifier: written, source: 'config', since: now };
  const current = verified.systemIdentifier;
  if (current === undefined) return pin === memory.pin ? memory : { ...memory, pin };
  if (pin === undefined) {
    pin = { systemIdentifier: current, source: 'learned', since: now };
    note({ kind: 'server_pinned', details: { system_identifier: current } });
  }
  if (pin.systemIdentifier === current) {
    return pin === memory.pin && memory.stranger === undefined
      ? memory
      : { ...memory, pin, stranger: undefined };
  }
  if (memory.stranger?.systemIdentifier === current) return pin === memory.pin ? memory : { ...memory, pin };
  note({
    kind: 'server_replaced',
    details: { system_identifier: current, pinned_system_identifier: pin.systemIdentifier },
  });
  return { ...memory, pin, stranger: { systemIdentifier: current, since: now } };
}

function placed(memory: ServerMemory, sighting: ServerSighting, note: Note): ServerMemory {
  const { config, placement } = sighting;
  const wanted = config.docker.volume ?? placement?.volume;
  const volume = config.docker.volume ?? (trustedMove(memory, sighting) ? wanted : memory.volume);
  const container = placement?.container ?? memory.container;
  if (volume !== undefined && volume !== memory.volume)
    note({
      kind: 'volume_pinned',
      volume,
      ...(memory.volume !== undefined && { details: { before: memory.volume } }),
    });
  if (memory.container !== undefined && container !== undefined && container.id !== memory.container.id)
    note({
      kind: 'container_changed',
      container: container.name,
      details: { id: container.id, before: memory.container.id },
    });
  const sameContainer = container?.id === memory.container?.id && container?.name === memory.container?.name;
  if (volume === memory.volume && sameContainer) return memory;
  return { ...memory, volume, container: sameContainer ? memory.container : container };
}

/**
 * A volume is pinned when it is first found, and exchanged only when the very same cluster was seen on the
 * new place, by a look that began after Docker listed it there. Anything less would let an empty volume take
 * the place of the lost one.
 */
function trustedMove(memory: ServerMemory, { verified, placement, lookedSince }: ServerSighting): boolean {
  if (placement?.mount === undefined) return false;
  if (memory.volume === placement.volume) return true;
  if (verified.up !== true) return false;
  if (memory.volume === undefined) return memory.stranger === undefined;
  return lookedSince && memory.pin !== undefined && verified.systemIdentifier === memory.pin.systemIdentifier;
}
