import type { Seen, Unseen } from '../../model/observation.ts';
import type { ConnectedFacts, DatabaseRow } from '../../model/postgres.ts';
import type { ConnectReason } from '../../model/reason.ts';
import type { Clock } from '../../model/time.ts';
import type { Connections } from './connections.ts';
import { ConnectFailure, explainFailure } from './failure.ts';
import { beginLook } from './look.ts';
import type { Session } from './session.ts';
import type { Tally } from './tally.ts';

export interface ProbeDeps {
  readonly connections: Connections;
  readonly tally: Tally;
  readonly clock: Clock;
  /** The row of the database, as it was read last. */
  readonly row: (datname: string) => DatabaseRow | undefined;
}

/**
 * Connects to one database, does what `inside` does there, and leaves; returns why it did not get in.
 * `undefined` also when no attempt was made, because an earlier connection is still unanswered: nothing was
 * learned.
 */
export async function probeDatabase(
  deps: ProbeDeps,
  datname: string,
  inside: (look: Seen<ConnectedFacts>, session: Session) => Promise<void>,
): Promise<Unseen<ConnectReason> | undefined> {
  const look = beginLook(deps.clock);
  let session: Session;
  try {
    session = await deps.connections.open(datname, 'other');
  } catch (error) {
    if (error instanceof ConnectFailure && error.withheld) return undefined;
    const why = explainFailure(error, { row: deps.row(datname) });
    deps.tally.failed(datname, why.reason);
    return look.unseen(why);
  }
  try {
    await inside(look.seen({ datname }), session);
  } finally {
    await session.close();
  }
  return undefined;
}

/** After these the server answers, and the next database may answer differently. */
const SERVER_ANSWERS: readonly ConnectReason[] = [
  'no_database',
  'files_missing',
  'corrupt',
  'invalid_database',
  'connections_disallowed',
  'permission_denied',
  'access_denied',
  'disk_full',
  'query_timeout',
  'other',
];

/** Whether connecting to the databases is worth it after the server itself failed to be read. */
export const worthProbing = (reason: ConnectReason): boolean => SERVER_ANSWERS.includes(reason);
