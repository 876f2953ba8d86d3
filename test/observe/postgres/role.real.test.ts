import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Secret } from '../../../src/model/secret.ts';
import { describeWith } from '../../kit/needs.ts';
import { ALL_VERSIONS, type Postgres, postgresBinaries, startPostgres } from '../../kit/postgres.ts';
import { watchPostgres } from '../../kit/postgres-watch.ts';

describeWith(['postgres15'], 'postgres/role.sql', () => {
  describe.each(ALL_VERSIONS)('on PostgreSQL %i', (version) => {
    let server: Postgres;
    beforeAll(async () => {
      server = await startPostgres({
        version,
        // Not yet the default in 13.
        settings: {
          log_statement: 'all',
          log_min_duration_statement: '0',
          password_encryption: 'scram-sha-256',
        },
        hba: ['host all all 127.0.0.1/32 scram-sha-256'],
      });
    });
    afterAll(() => server?.dispose());

    const psql = (...variables: string[]): string => psqlAs('postgres', ...variables);
    const psqlAs = (user: string, ...variables: string[]): string =>
      execFileSync(
        `${postgresBinaries(15)}/psql`,
        ['-X', '-q', '-h', server.socketDirectory, '-p', String(server.port), '-U', user, '-d', 'postgres']
          .concat(variables.flatMap((each) => ['-v', each]))
          .concat(['-f', 'postgres/role.sql']),
        { encoding: 'utf8', stdio: 'pipe' },
      );

    test('makes a role that lacks nothing and may do nothing else, again and again', async () => {
      await server.query(`REVOKE EXECUTE ON FUNCTION pg_control_system(), pg_control_checkpoint() FROM PUBLIC;
        CREATE TABLE precious (id int)`);
      const log = server.log().length;
      const password = `C4n4ry '"\\ $$`;
      psql(`password=${password}`);
      psql();
      psql(`password=${password}`);
      expect(server.log().slice(log)).not.toContain('C4n4ry');

      const watched = watchPostgres(server.config({ user: 'pgvigil', password: new Secret(password) }));
      await watched.until(() => watched.server() === 'seen' && watched.catalog() === 'seen');
      const facts = watched.view().connect?.lastSeen?.facts;
      expect(facts?.role).toEqual({
        name: 'pgvigil',
        superuser: false,
        connectionLimit: 3,
        missingGrants: [],
      });
      expect(facts?.dataDirectory).toBe(server.dataDirectory);
      expect(facts?.systemIdentifier).toMatch(/^\d+$/);
      await watched.stop();
      const [may] = await server.query(
        `SELECT has_table_privilege('pgvigil', 'precious', 'SELECT') AS reads,
           pg_has_role('pgvigil', 'pg_stat_scan_tables', 'USAGE') AS scans,
           has_database_privilege('pgvigil', 'postgres', 'CREATE') AS creates`,
      );
      expect(may).toEqual({ reads: false, scans: false, creates: false });
    });

    test('can be run by an administrator who is no superuser', async () => {
      await server.query(`CREATE ROLE administrator LOGIN CREATEROLE CREATEDB;
        GRANT pg_read_all_stats, pg_read_all_settings TO administrator WITH ADMIN OPTION`);
      psqlAs('administrator', 'role=managed');
      const rows = await server.query(
        `SELECT rolsuper, rolcanlogin, rolconnlimit, pg_has_role('managed', 'pg_read_all_stats', 'USAGE') AS stats
         FROM pg_roles WHERE rolname = 'managed'`,
      );
      expect(rows).toEqual([{ rolsuper: false, rolcanlogin: true, rolconnlimit: 3, stats: true }]);
    });

    test('takes another name, and takes superuser away', async () => {
      await server.query('CREATE ROLE "The Watcher" SUPERUSER');
      psql('role=The Watcher');
      const rows = await server.query(
        `SELECT rolsuper, rolcanlogin, rolconnlimit FROM pg_roles WHERE rolname = 'The Watcher'`,
      );
      expect(rows).toEqual([{ rolsuper: false, rolcanlogin: true, rolconnlimit: 3 }]);
    });
  });
});
