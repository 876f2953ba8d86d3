import { execFileSync } from 'node:child_process';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { describeWith } from '../../kit/needs.ts';
import { ALL_VERSIONS, type Postgres, postgresBinaries, startPostgres } from '../../kit/postgres.ts';
import { type Watched, watchPostgres } from '../../kit/postgres-watch.ts';

describeWith(['postgres15'], 'with the role of postgres/role.sql', () => {
  describe.each(ALL_VERSIONS)('PostgreSQL %i', (version) => {
    let server: Postgres;
    let watched: Watched;
    beforeAll(async () => {
      server = await startPostgres({ version });
      for (const name of ['simfab_dev', 'shop', 'spare']) await server.query(`CREATE DATABASE ${name}`);
      const psql = [`-h${server.socketDirectory}`, `-p${server.port}`, '-Upostgres', '-dpostgres'];
      execFileSync(`${postgresBinaries(15)}/psql`, ['-X', '-q', ...psql, '-f', 'postgres/role.sql'], {
        stdio: 'pipe',
      });
      const databases = { expect: ['simfab_dev', 'shop'], learn: true, learnAfterMs: 1000, ignore: [] };
      watched = watchPostgres(server.config({ user: 'pgvigil', databases }), { sizes: 500 });
      await watched.until(() => watched.server() === 'seen' && watched.database('shop') === 'seen', 10_000);
    }, 180_000);
    afterAll(async () => {
      await watched?.stop();
      await server?.dispose();
    });
    // No statement of ours is one that this version does not understand or does not allow.
    afterEach(() => {
      expect(server.log().match(/^.*(?:ERROR|permission denied).*$/gm) ?? []).toEqual([]);
    });

    test('tells what it is, whose it is and how large everything is', async () => {
      await watched.until(() => (watched.view().sizes?.lastSeen?.facts.sizes.length ?? 0) >= 3);
      const facts = watched.view().connect?.lastSeen?.facts;
      const [truth] = await server.query('SELECT system_identifier::text AS id FROM pg_control_system()');
      expect(facts?.systemIdentifier).toBe(truth?.['id']);
      expect(facts?.dataDirectory).toBe(server.dataDirectory);
      expect(facts?.role).toMatchObject({ superuser: false, connectionLimit: 3, missingGrants: [] });
      expect(Math.floor((facts?.versionNumber ?? 0) / 10_000)).toBe(version);
    });

    test('a database that is dropped, renamed or made anew is seen', async () => {
      const before = watched.oid('simfab_dev');
      expect(before).toBeDefined();
      await server.query('DROP DATABASE shop WITH (FORCE)');
      await watched.until(() => !watched.names().includes('shop'), 3_000);
      await server.query('ALTER DATABASE spare RENAME TO spared');
      await watched.until(() => watched.names().includes('spared'), 3_000);
      await server.query('DROP DATABASE simfab_dev WITH (FORCE)');
      await server.query('CREATE DATABASE simfab_dev');
      const made = (): number | undefined => watched.oid('simfab_dev');
      await watched.until(() => made() !== undefined && made() !== before, 3_000);
    });
  });
});
