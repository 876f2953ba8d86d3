import type { DeclaredFacts } from '../../model/docker.ts';

/** Images that are PostgreSQL servers, by the last part of their repository. */
export const SERVER_IMAGES: readonly string[] = [
  'postgres',
  'postgresql',
  'postgis',
  'timescaledb',
  'timescaledb-ha',
  'pgvector',
  'pgrouting',
  'citus',
  'paradedb',
];
/** A name that only ends so is believed where PGDATA is declared too. */
const LIKE_SERVER = /[-_.]postgres(ql)?$/;
/** What is built on an image of PostgreSQL, or named like one, and is no server to watch. */
const NO_SERVER = /exporter|backup|pgadmin|pgbouncer|pgpool|pgcat|pooler/;
const NEVER = /^pgvigil$|exporter/;

/** `ghcr.io:443/org/my-postgres:15@sha256:…` → `my-postgres`. */
export function repositoryName(image: string): string {
  const last = image.replace(/@.*$/s, '').split('/').at(-1) ?? '';
  return (last.split(':')[0] ?? '').toLowerCase();
}

/** Whether a container is one that no label makes a server: pgvigil itself, or an exporter. */
export function isNeverWatched(image: string): boolean {
  return NEVER.test(repositoryName(image));
}

/**
 * Whether a container without the label `pgvigil.watch` is a PostgreSQL server. What merely connects to one has its
 * variables too: only what its image declares, and what it starts, decides.
 */
export function isServer(image: string, declared: DeclaredFacts): boolean {
  const name = repositoryName(image);
  if (NO_SERVER.test(name) || declared.runs === 'other') return false;
  if (SERVER_IMAGES.includes(name)) return true;
  if (!declared.pgdata) return false;
  if (LIKE_SERVER.test(name)) return true;
  return declared.port && declared.variables && declared.runs === 'postgres';
}
