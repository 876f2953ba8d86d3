import type { Config } from '../model/config.ts';
import type { History } from '../model/history.ts';
import type { Incident } from '../model/incident.ts';
import {
  acceptDatabase,
  acceptServer,
  type Decision,
  forgetDatabase,
  forgetVolume,
  type Word,
} from './decide.ts';

/** A person says that what an incident reports was intended: the new state becomes the expected one. */
export function acceptIncident(config: Config, history: History, incident: Incident, word: Word): Decision {
  const { kind, server, datname, volume } = incident;
  const written = config.servers.find(({ name }) => name === server);
  switch (kind) {
    case 'server_replaced':
      if (written?.identity.systemIdentifier !== undefined)
        return inConfig(`identity.system_identifier of server "${server}"`);
      return acceptServer(history, server, word);
    case 'database_replaced':
      return acceptDatabase(history, server, datname ?? '', word);
    case 'database_missing':
      return forgetDatabase(history, server, datname ?? '', word);
    case 'volume_missing':
      if (written?.docker.volume !== undefined) return inConfig(`docker.volume of server "${server}"`);
      return forgetVolume(history, volume ?? '', word);
    default:
      return {
        ok: false,
        problem: `an incident of kind ${kind} ends by itself when its cause is gone: there is nothing to accept`,
      };
  }
}

function inConfig(key: string): Decision {
  return { ok: false, problem: `the config says otherwise: change ${key} and reload` };
}
