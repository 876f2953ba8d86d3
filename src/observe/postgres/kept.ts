import type { Seen, Unseen } from '../../model/observation.ts';
import type { CatalogFacts } from '../../model/postgres.ts';
import type { ConnectReason } from '../../model/reason.ts';
import type { Clock } from '../../model/time.ts';
import { readDatabases } from './catalog-read.ts';
import type { Connections } from './connections.ts';
import { ConnectFailure, explainFailure } from './failure.ts';
import { beginLook } from './look.ts';
import { STARTED_AT, SYSTEM_IDENTIFIER } from './queries.ts';
import { instant } from './rows.ts';
import type { Row, Session, Statement } from './session.ts';
import type { Tally } from './tally.ts';

/** The cluster and the run of the server that a session belongs to. */
export interface Origin {
  readonly systemIdentifier: string | undefined;
  readonly startedAt: number | undefined;
}

/** The one session that stays open, for reading the list of databases every second. */
export interface Kept {
  /** Reads once, on the open session or on a new one; never twice at once, and never throws a failure. */
  read(database: string): Promise<void>;
  /** Rows of the last statement of a text, on the open session; `undefined` while nothing is open. */
  ask(statement: Statement): Promise<readonly Row[] | undefined>;
  alive(): boolean;
  /** `undefined` while nothing is open. */
  origin(): Origin | undefined;
  close(): Promise<void>;
}

export interface KeptHooks {
  seen(look: Seen<CatalogFacts>): void;
  unseen(look: Unseen<ConnectReason>): void;
  /** The session ended without our doing, with this SQLSTATE if the server gave one. */
  broke(sqlstate: string | undefined): void;
}

export function createKept(
  deps: { readonly connections: Connections; readonly tally: Tally; readonly clock: Clock },
  hooks: KeptHooks,
): Kept {
  const { connections, tally, clock } = deps;
  let session: Session | undefined;
  let origin: Origin = { systemIdentifier: undefined, startedAt: undefined };
  let reading: Promise<void> | undefined;
  /** The library takes one query at a time; the next one waits for this. */
  let asking: Promise<unknown> = Promise.resolve();
  /** Changes with every close, so that a session whose opening was under way is not kept. */
  let generation = 0;

  async function open(database: string): Promise<Session | undefined> {
    const mine = generation;
    const opened = await connections.open(database, 'server').catch((error: unknown) => {
      if (error instanceof ConnectFailure && !error.withheld)
        tally.failed(database, explainFailure(error).reason);
      throw error;
    });
    const systemIdentifier = (await quietly(opened, SYSTEM_IDENTIFIER))?.[0] ?? undefined;
    const startedAt = instant((await quietly(opened, STARTED_AT))?.[0]);
    if (mine !== generation) {
      await opened.close();
      return undefined;
    }
    const broken = opened.broken();
    if (broken) throw broken;
    opened.onBroken((failure) => lost(opened, failure));
    origin = { systemIdentifier, startedAt };
    session = opened;
    return opened;
  }

  function lost(which: Session, failure: ConnectFailure): void {
    if (session !== which) return;
    session = undefined;
    hooks.unseen(beginLook(clock).unseen(failure.explain()));
    hooks.broke(failure.sqlstate);
  }

  async function readOnce(database: string): Promise<void> {
    const look = beginLook(clock);
    const mine = generation;
    let current: Session | undefined;
    try {
      current = session ?? (await open(database));
      if (!current) return;
      await asking;
      const databases = await readDatabases(current);
      if (mine !== generation) return;
      const { systemIdentifier } = origin;
      hooks.seen(look.seen({ systemIdentifier, via: 'kept', databases }));
    } catch (error) {
      const why = explainFailure(error);
      // An end of the session has been told already.
      if (mine === generation && !current?.broken()) hooks.unseen(look.unseen(why));
    }
  }

  return {
    read(database) {
      reading ??= readOnce(database).finally(() => {
        reading = undefined;
      });
      return reading;
    },
    async ask(statement) {
      const current = session;
      const asked = asking.then(() => current?.query(statement));
      asking = Promise.allSettled([asked]);
      return (await asked)?.at(-1);
    },
    alive: () => session !== undefined,
    origin: () => (session ? origin : undefined),
    async close() {
      generation += 1;
      const closing = session;
      session = undefined;
      await closing?.close();
    },
  };
}

/** The first row, or `undefined` when it may not or cannot be read: nothing depends on it. */
export async function quietly(session: Session, statement: Statement): Promise<Row | undefined> {
  try {
    return (await session.query(statement))[0]?.[0];
  } catch (error) {
    explainFailure(error);
    return undefined;
  }
}
