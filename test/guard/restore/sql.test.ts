import { expect, test } from 'vitest';
import { askSql } from '../../../src/guard/restore/sql.ts';
import { ConnectFailure } from '../../../src/observe/postgres/failure.ts';
import type { Session } from '../../../src/observe/postgres/session.ts';

/** A session that refuses every question with this SQLSTATE, and lives on. */
function refusing(code: string): Session {
  const error = Object.assign(new Error('relation "ordrs" does not exist'), { name: 'error', code });
  const context = {
    phase: 'querying',
    answer: 'postgres',
    timedOut: false,
    ended: false,
    tlsRefused: false,
    notice: undefined,
    withheld: false,
  } as const;
  const session: Pick<Session, 'query' | 'broken'> = {
    query: ({ text }) =>
      /^(BEGIN|SET|ROLLBACK)/.test(text)
        ? Promise.resolve([[]])
        : Promise.reject(new ConnectFailure(error, context)),
    broken: () => undefined,
  };
  return session as Session;
}

test.each([
  ['42P01', 'SELECT count(*) > 1000 FROM ordrs: there is no such table (SQLSTATE 42P01)'],
  ['25006', 'SELECT count(*) > 1000 FROM ordrs: it writes, and may only read (SQLSTATE 25006)'],
  ['22012', 'SELECT count(*) > 1000 FROM ordrs: the server cannot answer it (SQLSTATE 22012)'],
])('a question that fails with %s says why', async (code, message) => {
  await expect(askSql(refusing(code), ['SELECT count(*) > 1000 FROM ordrs'], 1000)).rejects.toMatchObject({
    reason: 'sql',
    message: expect.stringContaining(message),
  });
});
