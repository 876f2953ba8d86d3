/** How a database was made: what its text and its order depend on. */
export interface DatabaseOptions {
  readonly encoding: string;
  /** The other options of its CREATE DATABASE, in PostgreSQL's own words; none: the defaults of the cluster. */
  readonly locale: readonly (readonly [name: LocaleOption, value: string])[];
  readonly owner?: string | undefined;
}

const LOCALE_OPTIONS = [
  'LOCALE_PROVIDER',
  'LOCALE',
  'LC_COLLATE',
  'LC_CTYPE',
  'ICU_LOCALE',
  'ICU_RULES',
  'BUILTIN_LOCALE',
] as const;

export type LocaleOption = (typeof LOCALE_OPTIONS)[number];

const PROVIDERS = ['libc', 'icu', 'builtin'];
/** The line comes after a few settings; what is far behind it belongs to the data. */
export const HEAD_CHARACTERS = 65_536;

/** Reads them from the beginning of what `pg_restore --create` or `pg_dump --create` writes; `undefined`: not there. */
export function parseDatabaseOptions(head: string): DatabaseOptions | undefined {
  const line = /^CREATE DATABASE .* WITH TEMPLATE = template0(.*);$/m.exec(head)?.[1];
  if (line === undefined) return undefined;
  const encoding =
    quotedValue(line, 'ENCODING') ?? /^SET client_encoding = '([A-Za-z0-9_]+)';$/m.exec(head)?.[1];
  if (encoding === undefined || !/^\w+$/.test(encoding)) return undefined;
  const locale = LOCALE_OPTIONS.flatMap((name) => {
    const value =
      name === 'LOCALE_PROVIDER' ? / LOCALE_PROVIDER = (\w+)/.exec(line)?.[1] : quotedValue(line, name);
    if (value === undefined || (name === 'LOCALE_PROVIDER' && !PROVIDERS.includes(value))) return [];
    return [[name, value] as const];
  });
  const owner = /^ALTER DATABASE .* OWNER TO ("(?:[^"]|"")*"|[^";\s]+);$/m.exec(head)?.[1];
  return { encoding, locale, ...(owner !== undefined && { owner: unquoted(owner) }) };
}

const unquoted = (identifier: string): string =>
  identifier.startsWith('"') ? identifier.slice(1, -1).replaceAll('""', '"') : identifier;

function quotedValue(line: string, name: string): string | undefined {
  return new RegExp(` ${name} = '((?:[^']|'')*)'`).exec(line)?.[1]?.replaceAll("''", "'");
}

/** The order of bytes: what every machine has. */
export const PLAIN_LOCALE: DatabaseOptions['locale'] = [
  ['LC_COLLATE', 'C'],
  ['LC_CTYPE', 'C'],
];

/** The statement that makes such a database from template0, which a dump is relative to. */
export function createDatabaseSql(
  datname: string,
  options: DatabaseOptions,
  owner: string | undefined = undefined,
): string {
  const words = options.locale.map(([name, value]) =>
    name === 'LOCALE_PROVIDER' ? ` ${name} = ${value}` : ` ${name} = ${literal(value)}`,
  );
  const owned = owner === undefined ? '' : ` OWNER = ${quoted(owner)}`;
  return `CREATE DATABASE ${quoted(datname)} TEMPLATE = template0${owned} ENCODING = ${literal(options.encoding)}${words.join('')}`;
}

/** An identifier as SQL. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A text as SQL, whatever `standard_conforming_strings` is. */
export const literal = (text: string): string =>
  text.includes('\\')
    ? ` E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
    : `'${text.replaceAll("'", "''")}'`;
