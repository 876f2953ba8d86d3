import { inSql } from './quote.ts';

/** The role that is made. */
export const ROLE = 'pgvigil';
/** Before it the shipped file only says how it is called. */
const BEGINNING = '\\set ON_ERROR_STOP on';

/**
 * Takes the text of postgres/role.sql and gives it with what it asks for filled in. It holds the verifier of the
 * password, not the password: neither a log nor a list of processes can show that.
 */
export function roleSql(
  shipped: string,
  { verifier, expect }: { readonly verifier: string; readonly expect: readonly string[] },
): string {
  const body = shipped.slice(shipped.indexOf(BEGINNING) + BEGINNING.length);
  const end = body.lastIndexOf('\n-- Entering a database');
  return `-- The role that pgvigil logs in as: it can look, and nothing else. Written by \`pgvigil init\` from its
-- postgres/role.sql; run it by psql as a superuser (on a managed server as its administrator), as often as you like.

${BEGINNING}
-- What the server keeps of the password in the secret file; -v password=… takes another one.
\\if :{?password}
\\else
  \\set password '${verifier}'
\\endif
-- pgvigil looks at the server from here, and two of the grants count in one database only.
\\connect postgres
${body.slice(0, end)}${expect.length === 0 ? '' : entering(expect)}`;
}

/** Entering a database needs CONNECT, which everybody has unless it was revoked. */
function entering(expect: readonly string[]): string {
  return `
-- Entering a database needs CONNECT, which everybody has unless it was revoked.
SELECT pg_catalog.format('GRANT CONNECT ON DATABASE %I TO %I', datname, :'role')
  FROM pg_catalog.pg_database
  WHERE datname IN (${expect.map(inSql).join(', ')})
    AND NOT pg_catalog.has_database_privilege(:'role', datname, 'CONNECT')
\\gexec
`;
}
