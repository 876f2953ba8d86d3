import { clustersOf } from '../../guard/restore/backups.ts';
import { scratchSessions } from '../../guard/restore/sessions.ts';
import type { Config, ServerConfig } from '../../model/config.ts';
import type { Clock } from '../../model/time.ts';
import { SYSTEM_IDENTIFIER } from '../../observe/postgres/queries.ts';
import { decodeHistory } from '../../remember/codec.ts';
import { readStateFile } from '../../remember/state-directory.ts';

const READ_MS = 10_000;
const LEDGERS = ['ledger.json', 'ledger.previous.json'];

/**
 * The system identifiers of all servers that hold data, or held some, by the name of the server: as they are now, as the
 * config pins them, as backups name them, and as a running pgvigil remembers them. What cannot be asked is left out: a
 * server of which nothing is known is not in it.
 */
export async function knownClusters(
  config: Config,
  clock: Clock,
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const now = await Promise.all(
    config.servers.map(async (server) => clusterOf(server.name, await identifierNow(server, clock))),
  );
  const pinned = config.servers.map(({ name, identity }) => clusterOf(name, identity.systemIdentifier));
  const inBackups = config.backups.flatMap((source) =>
    source.kind === 'pgvigil'
      ? quietly(() => clustersOf(source.directory, source.server)).map((id) => clusterOf(source.server, id))
      : [],
  );
  const remembered = LEDGERS.flatMap((name) => quietly(() => rememberedIn(config.state.directory, name)));
  const known = new Map<string, Set<string>>();
  for (const { server, id } of [...now, ...pinned, ...inBackups, ...remembered])
    if (id !== undefined) known.set(server, (known.get(server) ?? new Set()).add(id));
  return known;
}

/** Which cluster a server is or was; `undefined`: not known. */
interface Cluster {
  readonly server: string;
  readonly id: string | undefined;
}

const clusterOf = (server: string, id: string | undefined): Cluster => ({ server, id });

/** Which cluster a server is now; `undefined`: it cannot be asked. */
export async function identifierNow(server: ServerConfig, clock: Clock): Promise<string | undefined> {
  const sessions = scratchSessions(server, { clock, queryMs: READ_MS });
  try {
    const session = await sessions.open(server.database);
    const [rows] = await session.query(SYSTEM_IDENTIFIER);
    return rows?.[0]?.[0] ?? undefined;
  } catch {
    return undefined;
  } finally {
    await sessions.close();
  }
}

function rememberedIn(directory: string, name: string): readonly Cluster[] {
  const bytes = readStateFile(directory, name);
  if (bytes === undefined) return [];
  const { servers } = decodeHistory(new TextDecoder().decode(bytes));
  return [...servers].flatMap(([server, { pin, stranger, databases }]) =>
    [pin, stranger, ...[...databases.values()].map((one) => one.pin)].map((one) =>
      clusterOf(server, one?.systemIdentifier),
    ),
  );
}

function quietly<T>(list: () => readonly T[]): readonly T[] {
  try {
    return list();
  } catch {
    return [];
  }
}
