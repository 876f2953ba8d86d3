import type { History, ServerMemory } from '../model/history.ts';
import type { Happening } from '../model/journal.ts';
import type { Instant } from '../model/time.ts';

/** What a person says, and who says it. */
export interface Word {
  readonly at: Instant;
  readonly by: string;
  readonly reason: string;
}

export type Decision =
  | { readonly ok: true; readonly history: History; readonly happening: Happening }
  | { readonly ok: false; readonly problem: string };

/** Forgets a learned database; a configured one has to leave the config first. */
export function forgetDatabase(history: History, server: string, datname: string, word: Word): Decision {
  const memory = history.servers.get(server);
  if (!memory) return refuse(`no server named "${server}" is watched`);
  const database = memory.databases.get(datname);
  if (!database) return refuse(`no database named "${datname}" is remembered on server "${server}"`);
  if (database.source === 'config' && memory.discovered !== undefined)
    return refuse(
      `"${datname}" is expected by the label pgvigil.databases or POSTGRES_DB of container ${memory.discovered.container}: change that, or forget the whole server with \`pgvigil forget --all ${server}\``,
    );
  if (database.source === 'config')
    return refuse(
      `"${datname}" is expected by the config: take it out of databases.expect of server "${server}", reload, and then say it again`,
    );
  const databases = new Map(memory.databases);
  databases.delete(datname);
  return {
    ok: true,
    history: withServer(history, server, { ...memory, databases }),
    happening: { ...said(word), kind: 'forgotten', server, datname },
  };
}

/** Forgets a server, its databases and its volume: it is not expected any more. */
export function forgetServer(history: History, server: string, word: Word): Decision {
  if (!history.servers.has(server)) return refuse(`no server named "${server}" is remembered`);
  const servers = new Map(history.servers);
  servers.delete(server);
  const volumes = new Map([...history.volumes].filter(([, volume]) => volume.server !== server));
  return {
    ok: true,
    history: { ...history, servers, volumes },
    happening: { ...said(word), kind: 'forgotten', server },
  };
}

/** A discovered server is left alone from now on, by the word of its label or of the config; what is known of it stays. */
export function releaseServer(history: History, server: string, at: Instant): [History, Happening] {
  const memory = history.servers.get(server);
  const servers = new Map(history.servers);
  if (memory) servers.set(server, { ...memory, discovered: undefined });
  return [
    { ...history, servers },
    { at, kind: 'forgotten', server, details: { reason: 'its container is not discovered any more' } },
  ];
}

/** Forgets a volume: the server behind it is expected to have none until one is found again. */
export function forgetVolume(history: History, volume: string, word: Word): Decision {
  const found = [...history.servers].find(([, memory]) => memory.volume === volume);
  if (!found) return refuse(`no volume named "${volume}" is remembered`);
  const [server, memory] = found;
  const volumes = new Map(history.volumes);
  volumes.delete(volume);
  return {
    ok: true,
    history: {
      ...withServer(history, server, {
        ...memory,
        volume: undefined,
        home: undefined,
        offVolumeSince: undefined,
      }),
      volumes,
    },
    happening: { ...said(word), kind: 'forgotten', server, volume },
  };
}

/** Accepts that a server is another cluster now: its identity, and that of its databases, is pinned anew. */
export function acceptServer(history: History, server: string, word: Word): Decision {
  const memory = history.servers.get(server);
  if (!memory?.stranger)
    return refuse(`the identity of server "${server}" is as expected: there is nothing to accept`);
  const { systemIdentifier } = memory.stranger;
  const databases = new Map(
    [...memory.databases].map(([datname, database]) => [
      datname,
      { ...database, pin: undefined, stranger: undefined },
    ]),
  );
  const pin = { systemIdentifier, source: 'accepted' as const, since: word.at };
  return {
    ok: true,
    history: withServer(history, server, { ...memory, pin, stranger: undefined, databases }),
    happening: { ...said(word, { system_identifier: systemIdentifier }), kind: 'accepted', server },
  };
}

/** Accepts that a database of the same name is another one now. */
export function acceptDatabase(history: History, server: string, datname: string, word: Word): Decision {
  const memory = history.servers.get(server);
  const database = memory?.databases.get(datname);
  if (!memory || !database?.stranger)
    return refuse(
      `the identity of database "${datname}" on server "${server}" is as expected: there is nothing to accept`,
    );
  const { oid, systemIdentifier, since } = database.stranger;
  const databases = new Map(memory.databases).set(datname, {
    ...database,
    pin: { oid, systemIdentifier, since },
    stranger: undefined,
  });
  return {
    ok: true,
    history: withServer(history, server, { ...memory, databases }),
    happening: { ...said(word, { oid }), kind: 'accepted', server, datname },
  };
}

/** Accepts that a database holds far less than it did: what it holds now is usual. */
export function acceptTables(history: History, server: string, datname: string, word: Word): Decision {
  const memory = history.servers.get(server);
  const database = memory?.databases.get(datname);
  if (!memory || database?.shrunkSince === undefined)
    return refuse(`database "${datname}" on server "${server}" has not shrunk: there is nothing to accept`);
  const databases = new Map(memory.databases).set(datname, {
    ...database,
    tables: undefined,
    shrunkSince: undefined,
  });
  return {
    ok: true,
    history: withServer(history, server, { ...memory, databases }),
    happening: { ...said(word), kind: 'accepted', server, datname },
  };
}

function withServer(history: History, server: string, memory: ServerMemory): History {
  return { ...history, servers: new Map(history.servers).set(server, memory) };
}

function said(
  { at, by, reason }: Word,
  details: Record<string, string | number> = {},
): Pick<Happening, 'at' | 'details'> {
  return { at, details: { ...details, by, reason } };
}

function refuse(problem: string): Decision {
  return { ok: false, problem };
}
