import type { Offsite } from '../../model/backup-source.ts';
import { cleanEnvironment } from '../program.ts';
import { BACKUP_EXIT } from './failure.ts';
import type { OffsiteCopy } from './offsite-copy.ts';
import { requireProgram, type StepContext } from './step.ts';

type Rclone = Extract<Offsite, { tool: 'rclone' }>;

/** Copies the files, the manifest last, and replaces nothing that is there; then compares their checksums. */
export async function copyByRclone(context: StepContext, to: Rclone, copy: OffsiteCopy): Promise<void> {
  const revealed = Object.entries(to.environment).map(([name, value]) => [name, value.reveal()]);
  const env = cleanEnvironment({
    ...Object.fromEntries(revealed),
    HOME: copy.privateDirectory,
    // Without a file everything is in the variables.
    RCLONE_CONFIG: to.configFile ?? '',
  });
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

  const remote = `${to.remote.replace(/\/+$/, '')}${to.remote.endsWith(':') ? '' : '/'}${copy.remotePath}`;
  for (const name of copy.names) await run(['copyto', '--immutable', '--', name, `${remote}/${name}`]);
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
