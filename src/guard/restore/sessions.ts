import type { Clock } from '../../model/time.ts';
import { createLookup } from '../../observe/lookup.ts';
import { createConnections } from '../../observe/postgres/connections.ts';
import type { Endpoint } from '../../observe/postgres/endpoint.ts';
import { explainFailure } from '../../observe/postgres/failure.ts';
import type { Session } from '../../observe/postgres/session.ts';
import { createTally } from '../../observe/postgres/tally.ts';
import { inconclusive } from './verdict.ts';

const CONNECT_MS = 10_000;

/** Sessions on a scratch server; each statement may take `queryMs`. */
export function scratchSessions(
  endpoint: Endpoint,
  { clock, queryMs }: { readonly clock: Clock; readonly queryMs: number },
): {
  open(datname: string): Promise<Session>;
  /** Sends one statement in a database; rejects with a `ConnectFailure`. */
  once(datname: string, text: string): Promise<void>;
  close(): Promise<void>;
} {
  const connections = createConnections({
    endpoint,
    timeouts: { connect: CONNECT_MS, query: queryMs },
    lookup: createLookup(),
    tally: createTally([]),
    clock,
    freed: () => {},
  });
  async function open(datname: string): Promise<Session> {
    try {
      return await connections.open(datname, 'server');
    } catch (error) {
      throw inconclusive('scratch', `the server cannot be entered: ${explainFailure(error).detail}`);
    }
  }
  return {
    open,
    async once(datname, text) {
      const session = await open(datname);
      try {
        await session.query({ text: 'SET lock_timeout = 0' });
        await session.query({ text });
      } finally {
        await session.close();
      }
    },
    close: () => connections.stop(),
  };
}
