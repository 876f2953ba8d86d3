import type { Session } from '../../observe/postgres/session.ts';
import type { PostgresTools } from '../postgres-tools.ts';

/** A server that holds nothing of worth, for one test. Whatever fails rejects with a `Verdict` that is inconclusive. */
export interface Scratch {
  /** Major version of the server. */
  readonly major: number;
  /** Programs that can read the dump. */
  readonly tools: PostgresTools;
  /** Environment of programs that are to reach it, but for the database. */
  readonly env: Readonly<Record<string, string>>;
  /** Sends the statement that makes a database, which has to be gone again after `close`. */
  create(datname: string, statement: string): Promise<void>;
  /** Drops one that `create` made. */
  remove(datname: string): Promise<void>;
  /** A session in one of its databases; closed with the scratch server at the latest. */
  open(datname: string): Promise<Session>;
  /** Ends it, or removes what was put into it, and can be called again. */
  close(): Promise<void>;
}

/** The database of a scratch server that is there from the beginning. */
export const MAINTENANCE = 'postgres';
