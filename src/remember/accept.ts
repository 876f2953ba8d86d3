import type { Config } from '../model/config.ts';
import type { History } from '../model/history.ts';
import type { Incident, Symptom } from '../model/incident.ts';
import {
  acceptDatabase,
  acceptServer,
  acceptTables,
  type Decision,
  forgetDatabase,
  forgetVolume,
  type Word,
} from './decide.ts';

/**
 * A person says that what an incident reports was intended: the new state becomes the expected one, for the
 * incident and for everything that it silenced. Refused when nothing of it can be accepted.
 */
export function acceptIncident(config: Config, history: History, incident: Incident, word: Word): Decision {
  const [first, ...rest] = [incident, ...incident.symptoms].map((symptom) => ({ symptom }));
  let accepted: Decision | undefined;
  let refused = first && acceptSymptom(config, history, first.symptom, word);
  if (refused?.ok) accepted = refused;
  for (const { symptom } of rest) {
    const decision = acceptSymptom(config, accepted?.ok ? accepted.history : history, symptom, word);
    if (decision.ok) accepted = decision;
    else refused ??= decision;
  }
  if (accepted?.ok) {
    const happening = {
      ...accepted.happening,
      details: { ...accepted.happening.details, incident: incident.id, what: incident.kind },
    };
    return { ...accepted, happening: { ...happening, kind: 'accepted' } };
  }
  return refused ?? { ok: false, problem: 'there is nothing to accept' };
}

function acceptSymptom(config: Config, history: History, symptom: Symptom, word: Word): Decision {
  const { kind, server, datname, volume } = symptom;
  const written = config.servers.find(({ name }) => name === server);
  switch (kind) {
    case 'server_replaced':
      if (written?.identity.systemIdentifier !== undefined)
        return inConfig(`identity.system_identifier of server "${server}"`);
      return acceptServer(history, server, word);
    case 'database_replaced':
      return acceptDatabase(history, server, datname ?? '', word);
    case 'database_missing':
    case 'database_unreadable':
      return forgetDatabase(history, server, datname ?? '', word);
    case 'database_shrunk':
      return acceptTables(history, server, datname ?? '', word);
    case 'volume_missing':
    case 'data_off_volume':
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
