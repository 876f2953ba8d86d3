import { childPrograms } from '../../children.ts';
import { parseConfig } from '../../config/parse.ts';
import { formatProblem } from '../../config/problem.ts';
import type { Config } from '../../model/config.ts';
import type { Report } from '../../model/report.ts';
import { lookOnce } from '../../once.ts';
import type { Io } from '../io.ts';
import { quietLog } from '../quiet-log.ts';
import { secretsOf } from '../secrets.ts';
import type { FoundServer } from './found.ts';

/**
 * Takes the text that is to be written and looks once by it, as `diagnose` does: with the login that PGVIGIL_URL
 * gave, else with Docker and the disks alone, for the role is not there yet. Changes nothing.
 */
export async function lookBy(
  io: Io,
  text: string,
  { file, servers }: { readonly file: string; readonly servers: readonly FoundServer[] },
): Promise<Report> {
  const written = parsed(text, file);
  const config: Config = {
    ...written,
    servers: written.servers.map((server) => {
      const login = servers.find(({ name }) => name === server.name)?.login;
      if (login === undefined) return server;
      const { user, password, database, tls } = login;
      return { ...server, user, password, database, tls };
    }),
  };
  const { report } = await lookOnce(config, {
    clock: io.clock,
    log: quietLog(io, secretsOf(config)),
    version: io.version,
    childPrograms: childPrograms(io.env),
  });
  return report;
}

/** The text as a configuration. The password is not on the disk yet, and no server would know it. */
function parsed(text: string, file: string): Config {
  const result = parseConfig(text, file, { env: {}, readFile: () => 'not yet' });
  if (result.ok) return result.config;
  throw new Error(`a bug, please report it: ${result.problems.map(formatProblem).join('\n')}`);
}
