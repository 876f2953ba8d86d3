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
 * The system identifiers of all servers that hold data, or held some: as they are now, as the config pins them, as
 * backups name them, and as a running pgvigil remembers them. What cannot be asked is left out.
 */
export async function knownIdentifiers(config: Config, clock: Clock): Promise<ReadonlySet<string>> {
  const now = await Promise.all(config.servers.map((server) => identifierNow(server, clock)));
  const pinned = config.servers.map(({ identity }) => identity.systemIdentifier);
  const inBackups = config.backups.flatMap((source) =>
    source.kind === 'pgvigil' ? quietly(() => clustersOf(source.directory, source.server)) : [],
  );
  const remembered = LEDGERS.flatMap((name) => quietly(() => rememberedIn(config.state.directory, name)));
  const all = [...now, ...pinned, ...inBackups, ...remembered];
  return new Set(all.filter((one) => one !== undefined));
}

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

function rememberedIn(directory: string, name: string): readonly string[] {
  const bytes = readStateFile(directory, name);
  if (bytes === undefined) return [];
  const { servers } = decodeHistory(new TextDecoder().decode(bytes));
  return [...servers.values()].flatMap(({ pin, stranger, databases }) =>
    [
      pin?.systemIdentifier,
      stranger?.systemIdentifier,
      ...[...databases.values()].map((one) => one.pin?.systemIdentifier),
    ].filter((one) => one !== undefined),
  );
}

function quietly(list: () => readonly string[]): readonly string[] {
  try {
    return list();
  } catch {
    return [];
  }
}
