import {
  BACKUP_LOCATIONS,
  type BackupFile,
  type BackupManifest,
  CLUSTER_CONTENTS,
  type ClusterManifest,
  PROOF_LEVELS,
  type TableContent,
  type Verification,
} from '../../../model/backup.ts';
import { boolean, list, oneOf, optional, type Reader, record, text } from '../../../model/readers.ts';
import {
  count,
  decimal,
  decodeWith,
  encode,
  integer,
  iso,
  localName,
  schemaOne,
  sha256,
  time,
} from './readers.ts';

/** Readable by people and by a shell; what is `undefined` is left out. */
export function encodeManifest(manifest: BackupManifest): string {
  const { startedAt, snapshotAt, finishedAt, verified } = manifest;
  return encode({
    ...manifest,
    startedAt: iso(startedAt),
    snapshotAt: iso(snapshotAt),
    finishedAt: iso(finishedAt),
    verified: verified.map(writtenVerification),
  });
}

/** Throws a `ManifestError` for everything that is not a whole manifest of a database. */
export function decodeManifest(source: string): BackupManifest {
  return decodeWith(source, readManifest);
}

/** The same for what is of a whole server. */
export function encodeClusterManifest(manifest: ClusterManifest): string {
  const { startedAt, finishedAt, verified } = manifest;
  return encode({
    ...manifest,
    startedAt: iso(startedAt),
    finishedAt: iso(finishedAt),
    verified: verified.map(writtenVerification),
  });
}

export function decodeClusterManifest(source: string): ClusterManifest {
  return decodeWith(source, readClusterManifest);
}

const writtenVerification = (one: Verification): object => ({ ...one, at: iso(one.at) });

const tool = record<BackupManifest['tool']>({ name: oneOf('pgvigil'), version: text });
const file = record<BackupFile>({ name: localName, bytes: count, sha256 });
const table = record<TableContent>({ schema: text, name: text, rows: count, hash: optional(integer) });
const verification = record<Verification>({
  level: oneOf(...PROOF_LEVELS),
  at: time,
  result: oneOf('passed', 'failed', 'inconclusive'),
  reason: optional(text),
  location: oneOf(...BACKUP_LOCATIONS),
});

const readManifest: Reader<BackupManifest> = record<BackupManifest>({
  schema: schemaOne,
  tool,
  source: text,
  server: text,
  datname: text,
  systemIdentifier: decimal,
  oid: decimal,
  serverVersion: text,
  clientVersion: text,
  startedAt: time,
  snapshotAt: time,
  finishedAt: time,
  databaseBytes: count,
  files: list(file),
  tables: list(table),
  schemaSha256: optional(sha256),
  extensions: list(text),
  roles: list(text),
  migrations: optional(record<NonNullable<BackupManifest['migrations']>>({ table: text, latest: text })),
  verified: list(verification),
});

const readClusterManifest: Reader<ClusterManifest> = record<ClusterManifest>({
  schema: schemaOne,
  tool,
  source: text,
  server: text,
  content: oneOf(...CLUSTER_CONTENTS),
  systemIdentifier: decimal,
  serverVersion: text,
  clientVersion: text,
  startedAt: time,
  finishedAt: time,
  files: list(file),
  bytes: count,
  rolePasswords: boolean,
  verified: list(verification),
});
