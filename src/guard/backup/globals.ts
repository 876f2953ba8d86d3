import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { clusterDirectory, globalsNames, partialName } from '../../observe/backups/own/layout.ts';
import { encodeClusterManifest } from '../../observe/backups/own/manifest-codec.ts';
import { BACKUP_EXIT, BackupFailure } from './failure.ts';
import type { Published, RunContext } from './job.ts';
import {
  freeStamp,
  makeDirectories,
  measureFile,
  orRemove,
  publish,
  removePartials,
  reserve,
} from './publish.ts';
import { requireProgram } from './step.ts';

const TRAILER = '-- PostgreSQL database cluster dump complete';

/** Roles and tablespaces, which no dump of a database has. */
export async function backupGlobals(run: RunContext): Promise<Published> {
  const { source, facts, tools, files, clock } = run;
  const directory = clusterDirectory(source.directory, source.server, facts.systemIdentifier);
  await makeDirectories(source.directory, directory);
  await removePartials(directory);
  const startedAt = clock.now();
  const { names } = freeStamp(directory, startedAt, globalsNames);
  const path = await reserve(directory, names.data);
  return orRemove(path, async () => {
    const argv = [
      tools.path('pg_dumpall'),
      '--globals-only',
      '--no-password',
      `--database=${source.connection.database}`,
      ...(facts.readsPasswords ? [] : ['--no-role-passwords']),
      `--file=${path}`,
    ];
    await requireProgram(argv, run, {
      name: 'pg_dumpall',
      exit: BACKUP_EXIT.dump,
      env: files.env(source.connection.database),
    });
    if (!(await lastBytes(path, 1000)).includes(TRAILER))
      throw new BackupFailure(BACKUP_EXIT.check, 'what pg_dumpall wrote has no end, and is thrown away');
    const file = await measureFile(path, names.data, run.signal);
    const finishedAt = clock.now();
    const manifest = encodeClusterManifest({
      schema: 1,
      tool: { name: 'pgvigil', version: run.version },
      source: source.name,
      server: source.server,
      content: 'globals',
      systemIdentifier: facts.systemIdentifier,
      serverVersion: facts.version,
      clientVersion: tools.version,
      startedAt,
      finishedAt,
      files: [file],
      bytes: file.bytes,
      rolePasswords: facts.readsPasswords,
      verified: [
        { level: 'archive', at: finishedAt, result: 'passed', reason: undefined, location: 'local' },
      ],
    });
    await publish(directory, names, { files: [file], manifest });
    return { directory, names, bytes: file.bytes, partial: join(directory, partialName(names.data)) };
  });
}

async function lastBytes(path: string, count: number): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read(Buffer.alloc(count), 0, count, Math.max(0, size - count));
    return buffer.subarray(0, bytesRead).toString('utf8');
  } finally {
    await file.close();
  }
}
