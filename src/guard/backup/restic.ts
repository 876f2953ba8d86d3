import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Offsite } from '../../model/backup-source.ts';
import { cleanEnvironment } from '../../observe/program.ts';
import { BACKUP_EXIT, BackupFailure } from './failure.ts';
import type { OffsiteCopy } from './offsite-copy.ts';
import { requireProgram, type StepContext } from './step.ts';

type Restic = Extract<Offsite, { tool: 'restic' }>;

/** All that restic needs to reach a repository; `home`: for what it wants to keep. */
export function resticEnvironment(
  { repository: to }: Restic,
  home: string,
): Readonly<Record<string, string>> {
  const { repository, password, environment } = to;
  const revealed = Object.entries(environment).map(([name, value]) => [name, value.reveal()]);
  return cleanEnvironment({
    ...Object.fromEntries(revealed),
    HOME: home,
    // Not on the command line: it may hold a password.
    RESTIC_REPOSITORY: repository,
    RESTIC_PASSWORD: password.reveal(),
    // Sixty lines in a second otherwise, of which nobody reads one.
    RESTIC_PROGRESS_FPS: '0.02',
  });
}

/**
 * Makes a snapshot of the files, always under the same host name, so that a policy of restic finds them together. Then
 * asks the repository for it, and for the manifest in it.
 */
export async function copyByRestic(context: StepContext, to: Restic, copy: OffsiteCopy): Promise<void> {
  const env = resticEnvironment(to, copy.privateDirectory);
  const run = (args: readonly string[]) =>
    requireProgram(['restic', '--no-cache', ...args], context, {
      name: 'restic',
      exit: BACKUP_EXIT.offsite,
      env,
      output: 'keep',
      directory: copy.directory,
      advice: ({ said }) =>
        /Is there a repository|repository does not exist|unable to open config/.test(said)
          ? 'make the repository once, with `restic init`'
          : undefined,
    });

  // With their whole path, as they are listed and fetched.
  const paths = copy.names.map((name) => join(copy.directory, name));
  const tags = copy.tags.flatMap((tag) => ['--tag', tag]);
  const made = await run(['backup', '--json', '--host', copy.server, ...tags, '--', ...paths]);
  const id = snapshotOf(made.output);
  const listed: unknown = parse((await run(['--no-lock', 'snapshots', '--json', id])).output);
  if (!Array.isArray(listed) || listed.length !== 1) throw notThere(`snapshot ${id} is not listed`);
  const manifest = join(copy.directory, copy.manifest);
  const read = await run(['--no-lock', 'dump', id, manifest]);
  const local = createHash('sha256')
    .update(await readFile(manifest))
    .digest('hex');
  if (createHash('sha256').update(read.output).digest('hex') !== local)
    throw notThere('the manifest in it is another one');
}

/** The last line of `restic backup --json` is its summary. */
function snapshotOf(output: string): string {
  for (const line of output.trim().split('\n').reverse()) {
    const found = parse(line);
    if (typeof found !== 'object' || found === null || !('snapshot_id' in found)) continue;
    if (typeof found.snapshot_id === 'string' && /^[0-9a-f]{8,64}$/.test(found.snapshot_id))
      return found.snapshot_id;
  }
  throw notThere('it named no snapshot');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const notThere = (why: string): BackupFailure =>
  new BackupFailure(BACKUP_EXIT.offsite, `restic said that all is well, but ${why}`);
