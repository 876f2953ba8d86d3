import type { DatabaseRow } from '../../model/postgres.ts';
import { explainFailure } from './failure.ts';
import { BEING_DROPPED, CATALOG } from './queries.ts';
import { catalogRows, oids } from './rows.ts';
import type { Session } from './session.ts';

const INVALID = -2;

/**
 * The list of databases, and which of those that are marked invalid somebody drops right now. DROP DATABASE marks its
 * database first, then waits for a checkpoint and removes the files, which takes as long as it takes; one that was
 * interrupted leaves the mark. Rejects as `query` does.
 */
export async function readDatabases(session: Session): Promise<readonly DatabaseRow[]> {
  const [rows = []] = await session.query(CATALOG);
  const databases = catalogRows(rows);
  if (!databases.some(({ connectionLimit }) => connectionLimit === INVALID)) return databases;
  const dropped = await beingDropped(session);
  return databases.map((row) =>
    row.connectionLimit === INVALID && dropped.has(row.oid) ? { ...row, isBeingDropped: true } : row,
  );
}

/** None where locks may not be read. */
async function beingDropped(session: Session): Promise<ReadonlySet<number>> {
  try {
    const [rows = []] = await session.query(BEING_DROPPED);
    return oids(rows);
  } catch (error) {
    explainFailure(error);
    return new Set();
  }
}
