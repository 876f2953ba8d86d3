import type { ServerConfig } from '../model/config.ts';
import type { FoundServer } from '../model/discovery.ts';
import type { Secret } from '../model/secret.ts';

/** No such directory is ever there (Debian Policy, "Non-existent home directories"). */
const NOWHERE = '/nonexistent';
const LEARN_AFTER_MS = 3_600_000;

/**
 * Takes a server that was found and its password; gives it as a configuration has it. Where its container does not
 * run it is refused at once, and nobody is asked: an address is not an identity, and may be another one's by now.
 */
export function foundServerConfig(found: FoundServer, password: Secret | undefined): ServerConfig {
  const { name, origin, reach } = found;
  return {
    name,
    host: reach === 'gone' ? NOWHERE : origin.host,
    port: origin.port,
    user: origin.user,
    password,
    database: origin.database,
    // The way is a network of this machine.
    tls: { mode: 'disable', ca: undefined, cert: undefined, key: undefined },
    databases: {
      expect: origin.expect,
      learn: origin.learn,
      learnAfterMs: LEARN_AFTER_MS,
      ignore: origin.ignore.map((source) => new RegExp(source, 'u')),
    },
    docker: { container: origin.container, volume: undefined },
    identity: { systemIdentifier: undefined },
    discovered: { origin, reach },
  };
}
