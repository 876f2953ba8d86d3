// @ts-check
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Whether somebody said what to watch: in the environment, on the command line, or by a file that `serve` finds.
 * A call for help is for `serve` too.
 * @param {readonly string[]} args
 * @param {Readonly<Record<string, string | undefined>>} env
 * @param {string} directory where pgvigil.yml is looked for
 * @param {string} [systemFile]
 */
export function hasSomethingToWatch(args, env, directory, systemFile = '/etc/pgvigil/pgvigil.yml') {
  if (env['PGVIGIL_URL'] || env['PGVIGIL_CONFIG'] || env['PGVIGIL_DOCKER_DISCOVER']) return true;
  if (args.some((arg) => /^(--config(=.*)?|--help|-h)$/.test(arg))) return true;
  return existsSync(join(directory, 'pgvigil.yml')) || existsSync(systemFile);
}
