import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Offsite } from '../../model/backup-source.ts';
import { cleanEnvironment } from '../../observe/program.ts';
import { BACKUP_EXIT } from './failure.ts';
import type { OffsiteCopy } from './offsite-copy.ts';
import { requireProgram, type StepContext } from './step.ts';

type Rclone = Extract<Offsite, { tool: 'rclone' }>;

/** All that rclone needs to reach a remote; `home`: for what it wants to keep. */
export function rcloneEnvironment(to: Rclone, home: string): Readonly<Record<string, string>> {
  const revealed = Object.entries(to.environment).map(([name, value]) => [name, value.reveal()]);
  return cleanEnvironment({
    ...Object.fromEntries(revealed),
    HOME: home,
    // Without a file everything is in the variables.
    RCLONE_CONFIG: to.configFile ?? '',
  });
}

/** Where something lies that lies here below the directory of backups. */
export function remotePath({ remote }: Rclone, path: string): string {
  return `${remote.replace(/\/+$/, '')}${remote.endsWith(':') ? '' : '/'}${path}`;
}

/** Copies the files, the manifest last, and replaces nothing that is there; then compares their checksums. */
export async function copyByRclone(context: StepContext, to: Rclone, copy: OffsiteCopy): Promise<void> {
  const env = rcloneEnvironment(to, copy.privateDirectory);
  const run = (args: readonly string[]) =>
    requireProgram(['rclone', ...args], context, {
      name: 'rclone',
      exit: BACKUP_EXIT.offsite,
      env,
      output: 'keep',
      directory: copy.directory,
      advice: ({ said }) =>
        /didn't find section in config file/.test(said)
          ? 'name its configuration in `config_file`'
          : undefined,
    });

  const remote = remotePath(to, copy.remotePath);
  for (const name of copy.names) {
    const there = `${remote}/${name}`;
    if ((await stat(join(copy.directory, name))).isDirectory()) {
      // PostgreSQL does not start without its empty directories. A storage of objects keeps none.
      await run(['copy', '--immutable', '--create-empty-src-dirs', '--', name, there]);
      await run(['check', '--one-way', '--', name, there]);
    } else await run(['copyto', '--immutable', '--', name, there]);
  }
  // Where a storage has no SHA-256 of its own, what it holds is read back.
  const features = await run(['backend', 'features', '--', to.remote]);
  const download = /"sha256"/.test(features.output) ? [] : ['--download'];
  await run(['checksum', 'sha256', '--one-way', ...download, '--', copy.checksums, remote]);
  await run([
    'check',
    '--one-way',
    '--download',
    '--include',
    `/${copy.manifest}`,
    '--',
    copy.directory,
    remote,
  ]);
}
