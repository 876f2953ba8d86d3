import type { ControlAnswer, ControlRequest } from './control.ts';
import type { Config } from './model/config.ts';
import type { History } from './model/history.ts';
import type { Instant } from './model/time.ts';
import { toJson } from './present/web/json.ts';
import { withStories } from './present/web/with-stories.ts';
import { acceptIncident } from './remember/accept.ts';
import { type Decision, forgetDatabase, forgetServer, forgetVolume, type Word } from './remember/decide.ts';
import type { Watch } from './watch.ts';

/** Turns a person's word into a change of memory, or into the reason why not. */
export function answerControl(
  request: ControlRequest,
  { config, watch, now }: { readonly config: Config; readonly watch: Watch; readonly now: Instant },
): ControlAnswer {
  if (request.do === 'report') {
    const report = watch.report();
    if (report === undefined) return { ok: false, message: 'pgvigil has not looked yet, try again' };
    // As /api/v1/report gives it.
    return { ok: true, message: toJson({ ...report, incidents: withStories(report) }) };
  }
  const word: Word = { at: now, by: request.by, reason: request.reason };
  const history = watch.history();
  const decision =
    request.do === 'accept' ? accept(request.incident, word) : forget(config, history, request, word);
  if (!decision.ok) return { ok: false, message: decision.problem };
  watch.change(decision.history, decision.happening);
  return { ok: true, message: describe(request) };

  function accept(id: string, by: Word): Decision {
    const incident = watch.report()?.incidents.find((open) => open.id === id);
    if (!incident)
      return { ok: false, problem: `no open incident has the id "${id}": see \`pgvigil status\`` };
    return acceptIncident(config, history, incident, by);
  }
}

type ForgetRequest = Extract<ControlRequest, { do: 'forget' }>;

/**
 * A name means a volume or a server when asked so, else the one database of that name, else a volume of that name,
 * else a server.
 */
function forget(config: Config, history: History, request: ForgetRequest, word: Word): Decision {
  const { name, server, volume, all } = request;
  if (all) return forgetWhole(config, history, name, word);
  if (volume) return forgetVolume(history, name, word);
  if (server !== undefined) return forgetDatabase(history, server, name, word);
  const servers = [...history.servers].filter(([, memory]) => memory.databases.has(name)).map(([of]) => of);
  const [only] = servers;
  if (only !== undefined && servers.length === 1) return forgetDatabase(history, only, name, word);
  if (servers.length > 1)
    return {
      ok: false,
      problem: `several servers have a database named "${name}": add --server with one of ${servers.join(', ')}`,
    };
  if (history.volumes.has(name)) return forgetVolume(history, name, word);
  if (history.servers.has(name)) return forgetWhole(config, history, name, word);
  return {
    ok: false,
    problem: `no database, volume or server named "${name}" is remembered: see \`pgvigil status\``,
  };
}

/** A server that is written down would be there again at the next look. */
function forgetWhole(config: Config, history: History, name: string, word: Word): Decision {
  const written = config.servers.find((server) => server.name === name);
  if (written !== undefined && written.discovered === undefined)
    return { ok: false, problem: `server "${name}" is in the config: take it out there and reload first` };
  return forgetServer(history, name, word);
}

function describe(request: Exclude<ControlRequest, { do: 'report' }>): string {
  if (request.do === 'accept') return `accepted: incident ${request.incident} is closed`;
  return `forgotten: "${request.name}" is not expected any more`;
}
