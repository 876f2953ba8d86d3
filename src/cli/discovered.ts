import { childPrograms } from '../children.ts';
import { findNow } from '../discovery/found-now.ts';
import type { Config } from '../model/config.ts';
import type { Io } from './io.ts';
import { quietLog } from './quiet-log.ts';
import { secretsOf } from './secrets.ts';
import { printable } from './table.ts';

/** With the servers that the engine has now; what is wrong with them is no mistake of the file. */
export async function withDiscovered(io: Io, config: Config): Promise<Config> {
  const log = quietLog(io, secretsOf(config));
  const found = await findNow(config, { clock: io.clock, log, childPrograms: childPrograms(io.env) });
  if (found.blind !== undefined) io.err(`warning: nothing can be discovered: ${printable(found.blind)}\n`);
  for (const problem of found.verdict?.problems ?? []) io.err(`warning: ${printable(problem)}\n`);
  return found.config;
}
