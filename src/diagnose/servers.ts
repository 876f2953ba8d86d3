import type { ServerConfig } from '../model/config.ts';
import { isComingUp } from '../model/discovery.ts';
import type { History, ServerMemory } from '../model/history.ts';
import type { ServerFacts } from '../model/postgres.ts';
import type { ServerVerdict } from '../model/report.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { diagnoseDatabases } from './databases.ts';
import { initializedAt } from './system-identifier.ts';

const NOWHERE = {
  dataDirectory: undefined,
  container: undefined,
  mount: undefined,
  volume: undefined,
  hostPath: undefined,
  mountpoint: undefined,
};

/** Everything found about one server. Facts of a server that is not up are left out: they would be stale. */
export function diagnoseServer(config: ServerConfig, history: History, snapshot: Snapshot): ServerVerdict {
  const view = snapshot.servers.get(config.name);
  const verified = snapshot.verified.get(config.name);
  const memory = history.servers.get(config.name);
  const placement = snapshot.placements.get(config.name) ?? NOWHERE;
  const facts = verified?.up ? view?.connect?.lastSeen?.facts : undefined;
  const systemIdentifier = verified?.systemIdentifier;
  return {
    name: config.name,
    ...(config.discovered && { source: 'discovered' as const }),
    state: verified?.state,
    stateReason: verified?.reason,
    stateDetail: verified?.detail,
    // Neither up nor down: nobody has seen it up yet.
    up: isComingUp(config.discovered, memory?.lastUpAt, verified?.state) ? undefined : verified?.up,
    lastUpAt: memory?.lastUpAt,
    ...identityOf(systemIdentifier, memory),
    ...runtimeOf(facts),
    role: view?.connect?.lastSeen?.facts.role,
    placement: { ...placement, dataDirectory: placement.dataDirectory ?? memory?.dataDirectory },
    databases: memory && verified && view ? diagnoseDatabases(memory, verified, view) : [],
    tallies: view?.tallies ?? [],
    sizesAt: view?.sizes?.lastSeen?.at,
  };
}

function identityOf(
  systemIdentifier: string | undefined,
  memory: ServerMemory | undefined,
): Pick<ServerVerdict, 'systemIdentifier' | 'pinnedSystemIdentifier' | 'identityMatch' | 'initializedAt'> {
  const pinned = memory?.pin?.systemIdentifier;
  return {
    systemIdentifier,
    pinnedSystemIdentifier: pinned,
    identityMatch:
      systemIdentifier === undefined || pinned === undefined ? undefined : systemIdentifier === pinned,
    initializedAt: systemIdentifier === undefined ? undefined : initializedAt(systemIdentifier),
  };
}

function runtimeOf(
  facts: ServerFacts | undefined,
): Pick<
  ServerVerdict,
  'version' | 'startedAt' | 'checkpointAt' | 'timeline' | 'inRecovery' | 'connections' | 'maxConnections'
> {
  return {
    version: facts?.version,
    startedAt: facts?.startedAt,
    checkpointAt: facts?.checkpointAt,
    timeline: facts?.timeline,
    inRecovery: facts?.inRecovery,
    connections: facts?.connections,
    maxConnections: facts?.maxConnections,
  };
}
