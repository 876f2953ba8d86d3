import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { clusterDirectory, partialName, physicalNames } from '../../observe/backups/own/layout.ts';
import { encodeClusterManifest } from '../../observe/backups/own/manifest-codec.ts';
import { checkSpace } from './destination.ts';
import { BACKUP_EXIT, BackupFailure } from './failure.ts';
import type { Published, RunContext } from './job.ts';
import type { Kept } from './kept.ts';
import { freeStamp, makeDirectories, measureFile, orRemove, publish, removePartials } from './publish.ts';
import type { ServerFacts } from './server.ts';
import { requireProgram } from './step.ts';

/** A copy of the whole server, with the WAL it needs, whose every file is checked. */
export async function backupPhysical(run: RunContext, kept: Kept): Promise<Published> {
  const { source, facts, tools, files, clock } = run;
  if (tools.major !== facts.major)
    throw new BackupFailure(
      BACKUP_EXIT.tools,
      `a physical copy needs the programs of PostgreSQL ${facts.major}, and here are those of ${tools.major}: install postgresql-${facts.major}`,
    );
  await checkSpace(source.directory, { dumpBytes: undefined, databaseBytes: neededBytes(facts, kept) });
  const directory = clusterDirectory(source.directory, source.server, facts.systemIdentifier);
  await makeDirectories(source.directory, directory);
  await removePartials(directory);
  const startedAt = clock.now();
  const { names } = freeStamp(directory, startedAt, physicalNames);
  const path = join(directory, partialName(names.data));
  await rm(path, { recursive: true, force: true });
  return orRemove(path, async () => {
    const env = files.env(source.connection.database);
    const copy = [
      tools.path('pg_basebackup'),
      `--pgdata=${path}`,
      '--format=plain',
      '--wal-method=stream',
      '--checkpoint=fast',
      '--manifest-checksums=SHA256',
      '--no-password',
    ];
    await requireProgram(copy, run, {
      name: 'pg_basebackup',
      exit: BACKUP_EXIT.dump,
      env,
      advice: ({ said }) =>
        /permission denied|must be superuser or replication role|no pg_hba.conf entry for replication/.test(
          said,
        )
          ? 'the role needs REPLICATION, and a line `host replication` in pg_hba.conf'
          : undefined,
    });
    await requireProgram([tools.path('pg_verifybackup'), '--quiet', path], run, {
      name: 'pg_verifybackup',
      exit: BACKUP_EXIT.check,
      env,
    });
    // It has the checksum of every other file.
    const manifestFile = await measureFile(
      join(path, 'backup_manifest'),
      `${names.data}/backup_manifest`,
      run.signal,
    );
    const bytes = await sizeOf(path);
    const finishedAt = clock.now();
    const manifest = encodeClusterManifest({
      schema: 1,
      tool: { name: 'pgvigil', version: run.version },
      source: source.name,
      server: source.server,
      content: 'physical',
      systemIdentifier: facts.systemIdentifier,
      serverVersion: facts.version,
      clientVersion: tools.version,
      startedAt,
      finishedAt,
      files: [manifestFile],
      bytes,
      rolePasswords: true,
      verified: [
        { level: 'archive', at: finishedAt, result: 'passed', reason: undefined, location: 'local' },
      ],
    });
    await publish(directory, names, { files: [manifestFile], manifest });
    return { directory, names, bytes, partial: path };
  });
}

/** The databases as they are, or the last copy where that was more: we may not see the size of each, nor that of WAL. */
function neededBytes({ databases, systemIdentifier }: ServerFacts, { clusters }: Kept): number {
  const last = clusters
    .map(({ manifest }) => manifest)
    .filter((one) => one.content === 'physical' && one.systemIdentifier === systemIdentifier)
    .sort((one, other) => one.finishedAt - other.finishedAt)
    .at(-1);
  const databaseBytes = databases.reduce((sum, { bytes = 0 }) => sum + bytes, 0);
  return Math.max(databaseBytes, last?.bytes ?? 0);
}

async function sizeOf(path: string): Promise<number> {
  const info = await lstat(path);
  if (!info.isDirectory()) return info.size;
  let bytes = 0;
  for (const name of await readdir(path)) bytes += await sizeOf(join(path, name));
  return bytes;
}
