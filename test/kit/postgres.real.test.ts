import { expect, test } from 'vitest';
import { startPostgres } from './postgres.ts';

test.each([15, 18] as const)('PostgreSQL %i starts, answers, stops, starts again', async (version) => {
  const server = await startPostgres({ version });
  const other = await startPostgres({ version, freshIdentity: true });
  try {
    const identity = 'SELECT system_identifier::text AS id FROM pg_control_system()';
    expect(await server.query(identity)).not.toEqual(await other.query(identity));
    expect(server.childTitles().join()).toContain('checkpointer');
    expect(await server.stop('fast')).toBe(true);
    await server.start();
    expect(await server.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await server.kill();
    await server.start();
    expect(await server.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  } finally {
    await Promise.all([server.dispose(), other.dispose()]);
  }
});
