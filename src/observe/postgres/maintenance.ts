import type { ServerConfig } from '../../model/config.ts';
import type { ConnectReason } from '../../model/reason.ts';

/** A database to connect to for looking at the server as a whole. */
export interface MaintenanceTarget {
  readonly database: string;
  /** A session may stay open in it. Never in a watched one: it would block a DROP. */
  readonly keep: boolean;
}

/** There in nearly every cluster, and not where anybody's data is meant to be. */
const USUAL = 'postgres';

/** Where to look, best first. */
export function maintenanceTargets(
  server: Pick<ServerConfig, 'database' | 'databases'>,
): readonly [MaintenanceTarget, ...MaintenanceTarget[]] {
  const own: MaintenanceTarget = { database: server.database, keep: keepable(server.database, server) };
  if (server.database === USUAL) return [own];
  const usual: MaintenanceTarget = { database: USUAL, keep: keepable(USUAL, server) };
  return own.keep ? [own, usual] : [usual, own];
}

/** A database that will be learned is watched as much as one that is named, except the usual one. */
function keepable(name: string, { databases }: Pick<ServerConfig, 'databases'>): boolean {
  if (databases.expect.includes(name)) return false;
  if (name === USUAL || !databases.learn) return true;
  return databases.ignore.some((pattern) => pattern.test(name));
}

/** Reasons that lie in the database or in our right to enter it: another one may do. */
const TRY_ANOTHER: readonly ConnectReason[] = [
  'no_database',
  'permission_denied',
  'access_denied',
  'invalid_database',
  'connections_disallowed',
  'files_missing',
  'corrupt',
];

/** Whether another database of the same server is worth an attempt after this failure. */
export const worthAnother = (reason: ConnectReason): boolean => TRY_ANOTHER.includes(reason);
