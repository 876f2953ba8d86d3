import type { WebFile } from '../access.ts';
import { loadWebFile } from '../config/load-web-file.ts';
import { formatProblem } from '../config/problem.ts';
import { ConfigError, type Io } from './io.ts';

export const WEB_FILE_HELP =
  'TLS, client certificates, passwords, headers: a web file of the exporter-toolkit';

/** The file of `--web.config.file`, or an error that lists every problem; `undefined` without a file. */
export function requireWebFile(io: Io, file: string | undefined): WebFile | undefined {
  if (file === undefined) return undefined;
  const { workingDirectory } = io;
  const load = () => loadWebFile(file, workingDirectory, io.clock.now());
  const first = load();
  if (!first.ok) throw new ConfigError(first.problems.map(formatProblem).join('\n'));
  for (const warning of first.warnings) io.err(`warning: ${formatProblem(warning)}\n`);
  return { first, load, workingDirectory };
}
