import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type PgControl, parsePgControl } from '../../../src/observe/docker/pg-control.ts';
import { describeWith } from '../../kit/needs.ts';
import { startPostgres, testVersions } from '../../kit/postgres.ts';

describeWith(['postgres'], 'pg_control, of real servers', () => {
  test.each(testVersions())('of PostgreSQL %i: running, shut down, killed', async (version) => {
    const server = await startPostgres({ version });
    try {
      const read = (): PgControl =>
        parsePgControl(readFileSync(join(server.dataDirectory, 'global/pg_control')));
      const [told] = await server.query(
        'SELECT system_identifier::text, pg_control_version, catalog_version_no FROM pg_control_system()',
      );
      const facts = {
        systemIdentifier: told?.['system_identifier'],
        controlVersion: told?.['pg_control_version'],
        catalogVersion: told?.['catalog_version_no'],
      };
      expect(read()).toEqual({ ...facts, clusterState: 'in production' });
      await server.stop('fast');
      expect(read()).toEqual({ ...facts, clusterState: 'shut down' });
      await server.start();
      await server.kill();
      expect(read()).toEqual({ ...facts, clusterState: 'in production' });
    } finally {
      await server.dispose();
    }
  });
});
