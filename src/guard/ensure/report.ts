import type { Testimony } from './decide.ts';

const DEADLINE_MS = 5_000;

/** A running pgvigil, asked over HTTP. */
export interface ReportSource {
  /** Without user and password; with the path that a proxy puts before ours. */
  readonly url: URL;
  /** Value of the header `Authorization`; `undefined` without a password. */
  readonly authorization: string | undefined;
  /** What it calls our server; `undefined`: it watches only one. */
  readonly server: string | undefined;
}

/** Asks a running pgvigil what it remembers of a database; never rejects. */
export async function askReport(source: ReportSource, datname: string): Promise<Testimony> {
  const from = `pgvigil at ${source.url.host}`;
  const deaf = (why: string): Testimony => ({ from, says: 'unknown', why, worthWaiting: true });
  try {
    const response = await fetch(addressOf(source.url), {
      signal: AbortSignal.timeout(DEADLINE_MS),
      headers: source.authorization === undefined ? {} : { authorization: source.authorization },
    });
    if (response.status === 401)
      return { from, says: 'unknown', why: 'it asks for a password', worthWaiting: false };
    if (!response.ok) return deaf(`it answered ${response.status}`);
    return testifyReport(from, await response.json(), { server: source.server, datname });
  } catch (error) {
    const { name, code } = { name: '', ...((error as Error).cause ?? {}) } as NodeJS.ErrnoException;
    return deaf(`no answer (${code || name || (error as Error).name})`);
  }
}

function addressOf(url: URL): URL {
  const address = new URL(url.origin);
  address.pathname = `${url.pathname.replace(/\/+$/, '')}/api/v1/report`;
  return address;
}

/**
 * What a report says about a database. Nothing that it says is taken on trust: what is not understood is unknown, and so
 * is a silence of one who has lost his memory.
 */
export function testifyReport(
  from: string,
  report: unknown,
  about: { readonly server: string | undefined; readonly datname: string },
): Testimony {
  const unknown = (why: string, worthWaiting = false): Testimony => ({
    from,
    says: 'unknown',
    why,
    worthWaiting,
  });
  const servers = isObject(report) ? listOf(report['servers']) : undefined;
  const self = isObject(report) ? report['self'] : undefined;
  if (servers === undefined || !isObject(self)) return unknown('its report is not understood');
  const names = servers.map((server) => String(server['name']));
  const chosen = about.server === undefined ? servers : servers.filter(({ name }) => name === about.server);
  const [server] = chosen;
  if (server === undefined)
    return unknown(`it watches no server named ${about.server}, but ${names.join(', ')}`);
  if (chosen.length > 1) return unknown(`it watches ${names.join(', ')}: say which one with --server`);

  const pinned = server['pinnedSystemIdentifier'];
  const databases = listOf(server['databases']);
  if (databases === undefined || !isOptionalText(pinned)) return unknown('its report is not understood');
  const database = databases.find(
    ({ datname, lastSeenAt }) => datname === about.datname && typeof lastSeenAt === 'number',
  );
  if (database === undefined) {
    // Also where it knows the server: what is there now was pinned anew after the loss.
    if (self['stateCorrupt'] !== false || self['stateDurable'] !== true)
      return unknown('it has lost its memory, or cannot keep it', true);
    if (typeof pinned !== 'string') return { from, says: 'nothing' };
  }
  const { oid, identityMatch, lastSeenAt } = database ?? {};
  return {
    from,
    says: 'remembers',
    systemIdentifier: typeof pinned === 'string' ? pinned : undefined,
    database: database && {
      oid: identityMatch === true && typeof oid === 'number' ? String(oid) : undefined,
      replaced: identityMatch === false,
      lastSeenAt: lastSeenAt as number,
      tables: undefined,
    },
  };
}

type Fields = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function listOf(value: unknown): readonly Fields[] | undefined {
  return Array.isArray(value) && value.every(isObject) ? value : undefined;
}

const isOptionalText = (value: unknown): boolean => value === null || typeof value === 'string';
