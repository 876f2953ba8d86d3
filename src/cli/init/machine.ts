import { childPrograms, createChildren } from '../../children.ts';
import { environmentUrls } from '../../config/environment.ts';
import { type LoadedConfig, loadUrl } from '../../config/load.ts';
import { formatProblem } from '../../config/problem.ts';
import type { Config } from '../../model/config.ts';
import { ConfigError, type Io } from '../io.ts';
import { quietLog } from '../quiet-log.ts';
import { askDocker } from './docker.ts';
import type { DockerFound, FoundServer, LeftOut } from './found.ts';
import { answersLikePostgres, findLocal } from './local.ts';
import { findServers } from './servers.ts';

/** What there is to watch on this machine. */
export interface Machine {
  readonly servers: readonly FoundServer[];
  readonly leftOut: readonly LeftOut[];
  readonly docker: DockerFound;
  readonly stateDirectory: string;
}

/** Beside the file: a user who is not root has no other place that is surely theirs. */
const STATE_OF_USER = 'state';
/** Only to read what else the environment says: no connection is made to it. */
const NOWHERE = 'postgres://localhost';

/** Looks at this machine, and at the environment, once. Throws a `ConfigError` where that is wrong. */
export async function seeMachine(io: Io): Promise<Machine> {
  const urls = environmentUrls(io.env);
  const named = urls.map((url) => required(loadUrl(url, io)));
  const environment = named[0] ?? required(loadUrl(NOWHERE, io));
  const children = createChildren(childPrograms(io.env), { clock: io.clock, log: quietLog(io) });
  try {
    const [{ docker, containers }, local] = await Promise.all([
      askDocker(environment.docker, children.lookup),
      findLocal(),
    ]);
    const found = findServers({ named: named.flatMap(({ servers }) => servers), containers, local });
    const judged = await Promise.all(found.servers.map(judge));
    return {
      servers: judged.flatMap((one) => ('server' in one ? [one.server] : [])),
      leftOut: [...found.leftOut, ...judged.flatMap((one) => ('leftOut' in one ? [one.leftOut] : []))],
      docker,
      stateDirectory:
        io.isRoot || io.env['PGVIGIL_STATE_DIRECTORY'] ? environment.state.directory : STATE_OF_USER,
    };
  } finally {
    children.stop();
  }
}

/** An image may be called after PostgreSQL and hold none; what a person named is believed. */
async function judge(
  server: FoundServer,
): Promise<{ readonly server: FoundServer } | { readonly leftOut: LeftOut }> {
  if (server.from !== 'container' || (await answersLikePostgres(server))) return { server };
  const { host, port } = server;
  return {
    leftOut: { what: `container ${server.container?.name}`, why: `does not answer at ${host}:${port}` },
  };
}

function required(loaded: LoadedConfig): Config {
  if (loaded.ok) return loaded.config;
  throw new ConfigError(loaded.problems.map(formatProblem).join('\n'));
}
