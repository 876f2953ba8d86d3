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

/** So many expected databases are tried when nothing else lets us in. */
const LAST_RESORTS = 2;

/**
 * Where to look, best first. Expected databases come last: a server whose maintenance database alone is damaged
 * is up.
 */
export function maintenanceTargets(
  server: Pick<ServerConfig, 'database' | 'databases'>,
): readonly MaintenanceTarget[] {
  const target = (database: string): MaintenanceTarget => ({ database, keep: keepable(database, server) });
  const own = target(server.database);
  const best = own.keep ? [own, target(USUAL)] : [target(USUAL), own];
  const last = server.databases.expect.slice(0, LAST_RESORTS).map(target);
  const all = new Map<string, MaintenanceTarget>();
  for (const each of [...best, ...last]) if (!all.has(each.database)) all.set(each.database, each);
  return [...all.values()];
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
