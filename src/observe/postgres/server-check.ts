import type { Observation } from '../../model/observation.ts';
import type { CatalogFacts, ServerFacts } from '../../model/postgres.ts';
import type { ConnectReason } from '../../model/reason.ts';
import type { Clock } from '../../model/time.ts';
import { readDatabases } from './catalog-read.ts';
import type { Classified } from './classify.ts';
import type { Connections } from './connections.ts';
import { ConnectFailure, explainFailure } from './failure.ts';
import { quietly } from './kept.ts';
import { beginLook } from './look.ts';
import { type MaintenanceTarget, worthAnother } from './maintenance.ts';
import { CHECKPOINT, SERVER, SYSTEM_IDENTIFIER, WITH_FILES } from './queries.ts';
import { identityRights, instant, oids, optionalInteger, serverFacts } from './rows.ts';
import type { Session } from './session.ts';
import type { Tally } from './tally.ts';

/** What one fresh look at the server found. */
export interface ServerCheck {
  readonly connect: Observation<ServerFacts, ConnectReason>;
  /** The list of databases, where it was asked for and nothing failed before it. */
  readonly catalog: Observation<CatalogFacts, ConnectReason>;
  /** The oids of the databases that have files; `undefined`: not known. */
  readonly withFiles: ReadonlySet<number> | undefined;
  /** Where it worked. */
  readonly target: MaintenanceTarget | undefined;
}

export interface ServerCheckDeps {
  readonly connections: Connections;
  readonly tally: Tally;
  readonly clock: Clock;
  readonly expected: readonly string[];
  /** Whether a server that says it takes no connections now is on its way down. */
  readonly stopping: (failure: ConnectFailure) => Promise<boolean>;
}

/**
 * Looks through a fresh connection, at the first of `targets` that lets us in. When none does, the first
 * answer counts, except that "does not exist" is only told when nothing else was answered.
 */
export async function checkServer(
  deps: ServerCheckDeps,
  targets: readonly MaintenanceTarget[],
  withCatalog: boolean,
): Promise<ServerCheck> {
  const look = beginLook(deps.clock);
  let told: Classified | undefined;
  for (const target of targets) {
    try {
      const session = await deps.connections.open(target.database, 'server');
      try {
        const facts = await readServer(session, deps.expected);
        const connect = look.seen(facts);
        const catalog = withCatalog
          ? await readCatalog(session, deps.clock, facts.systemIdentifier)
          : look.unseen({ reason: 'other', detail: 'not asked' });
        const withFiles = await readWithFiles(session);
        return { connect, catalog, withFiles, target };
      } finally {
        await session.close();
      }
    } catch (error) {
      const stopping = error instanceof ConnectFailure && (await deps.stopping(error));
      const why = explainFailure(error, { stopping });
      if (!(error instanceof ConnectFailure && error.withheld))
        deps.tally.failed(target.database, why.reason);
      if (told === undefined || told.reason === 'no_database') told = why;
      if (!worthAnother(why.reason)) {
        told = why;
        break;
      }
    }
  }
  const unseen = look.unseen(told ?? { reason: 'other', detail: 'no database to look at' });
  return { connect: unseen, catalog: unseen, withFiles: undefined, target: undefined };
}

async function readServer(session: Session, expected: readonly string[]): Promise<ServerFacts> {
  const [server = [], databases = []] = await session.query(SERVER);
  const rights = identityRights(server[0]);
  const control = rights.controlSystem ? await quietly(session, SYSTEM_IDENTIFIER) : undefined;
  const checkpoint = rights.controlCheckpoint ? await quietly(session, CHECKPOINT) : undefined;
  return serverFacts(server[0], databases, {
    identity: {
      systemIdentifier: control?.[0] ?? undefined,
      timeline: optionalInteger(checkpoint?.[0]),
      checkpointAt: instant(checkpoint?.[1]),
    },
    remoteAddress: session.remoteAddress,
    expected,
  });
}

/** A tablespace whose directory is gone is an error: then nothing is known. */
async function readWithFiles(session: Session): Promise<ReadonlySet<number> | undefined> {
  try {
    const [rows = []] = await session.query(WITH_FILES);
    return oids(rows);
  } catch (error) {
    explainFailure(error);
    return undefined;
  }
}

async function readCatalog(
  session: Session,
  clock: Clock,
  systemIdentifier: string | undefined,
): Promise<Observation<CatalogFacts, ConnectReason>> {
  const look = beginLook(clock);
  try {
    return look.seen({ systemIdentifier, via: 'fresh', databases: await readDatabases(session) });
  } catch (error) {
    return look.unseen(explainFailure(error));
  }
}
