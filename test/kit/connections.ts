import type { ServerConfig } from '../../src/model/config.ts';
import { createLookup } from '../../src/observe/lookup.ts';
import { type Connections, createConnections } from '../../src/observe/postgres/connections.ts';
import { createTally } from '../../src/observe/postgres/tally.ts';
import { realClock } from './clock.ts';

/** Connections to a server, outside of an observer; to be stopped. */
export function connectionsTo(endpoint: ServerConfig): Connections {
  return createConnections({
    endpoint,
    timeouts: { connect: 2_000, query: 2_000 },
    lookup: createLookup(),
    tally: createTally([]),
    clock: realClock,
    freed: () => {},
  });
}
