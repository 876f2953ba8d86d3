import type { BackupManifest } from '../../model/backup.ts';
import type { Instant } from '../../model/time.ts';
import { cleanEnvironment, type ProgramOptions } from '../../observe/program.ts';
import { measureFile } from '../backup/publish.ts';
import type { PostgresTools } from '../postgres-tools.ts';
import { decodeArchive } from './archive.ts';
import { provePlain } from './plain.ts';
import { failed, inconclusive } from './verdict.ts';

/** A dump that lies here, and what is known of it. */
export interface Dump {
  readonly id: string;
  readonly path: string;
  readonly format: 'archive' | 'gzip' | 'plain';
  /** `undefined`: something else made it. */
  readonly manifest: BackupManifest | undefined;
  readonly dataAt: Instant;
  /** Programs that can read it. */
  readonly tools: PostgresTools;
  /** Removes what was fetched. */
  readonly release: () => Promise<void>;
}

/** What a file alone can prove. Each throws a `Verdict`. */
export const proveDump = {
  /** It has the bytes that were written: finds every later change. */
  async checksum({ path, manifest }: Dump, signal: AbortSignal): Promise<void> {
    const [file] = manifest?.files ?? [];
    if (file === undefined) throw failed('manifest', 'the manifest names no file');
    const found = await digest(path, signal);
    if (found.bytes !== file.bytes)
      throw failed('checksum', `${path} has ${found.bytes} bytes, not ${file.bytes} as when it was written`);
    if (found.sha256 !== file.sha256)
      throw failed('checksum', `${path} has other bytes than when it was written (SHA-256 ${found.sha256})`);
  },

  /** Every byte of it can be decoded: finds what was cut off, and damage in what is compressed. */
  async archive(
    { path, format, tools }: Dump,
    running: Pick<ProgramOptions, 'deadlineMs' | 'signal'>,
  ): Promise<void> {
    if (format !== 'archive') return provePlain({ path, compressed: format === 'gzip' }, running);
    return decodeArchive(
      { path: tools.path('pg_restore'), options: { ...running, env: cleanEnvironment() } },
      path,
    );
  },
};

async function digest(path: string, signal: AbortSignal): ReturnType<typeof measureFile> {
  try {
    return await measureFile(path, path, signal);
  } catch (error) {
    const { code, name, message } = error as NodeJS.ErrnoException;
    if (name === 'AbortError') throw inconclusive('interrupted', 'it was told to end');
    if (code === 'ENOENT') throw failed('checksum', `${path} is gone`);
    throw inconclusive('fetch', `${path} cannot be read: ${message}`);
  }
}
