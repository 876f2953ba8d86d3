import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BackupPlace, backupPlace } from '../../kit/backup-place.ts';
import { built, ensureBuilt } from '../../kit/build.ts';
import { describeWith } from '../../kit/needs.ts';
import { freePort, type Postgres, startPostgres } from '../../kit/postgres.ts';
import { start } from '../../kit/process.ts';
import { waitFor } from '../../kit/wait.ts';

describeWith(['postgres15', 'shell'], 'backups by schedule', () => {
  let server: Postgres;
  let place: BackupPlace;
  beforeAll(async () => {
    await ensureBuilt();
    server = await startPostgres({ version: 15 });
    await server.query('CREATE DATABASE app');
    place = backupPlace();
  });
  afterAll(async () => {
    place?.remove();
    await server?.dispose();
  });

  test('are made while serve watches', async () => {
    const address = `127.0.0.1:${await freePort()}`;
    place.configure(
      { url: server.url() },
      { databases: ['app'], schedule: '* * * * *' },
      { web: { listen_address: address } },
    );
    const serve = await start({
      command: process.execPath,
      args: [built('main.js'), 'serve', '--config', place.configFile],
    });
    try {
      const [dump] = await waitFor('a backup', 110_000, async () => {
        const { dumps } = await place.kept();
        return dumps.length > 0 ? dumps : undefined;
      });
      expect(dump?.manifest.datname).toBe('app');
      await waitFor('its end', 30_000, () => serve.output().includes('is done') || undefined);
      expect(serve.output()).toContain('"job":"backup nightly"');
      expect((await fetch(`http://${address}/-/healthy`)).status).toBe(200);
    } finally {
      expect(await serve.stop()).toMatchObject({ code: 0 });
    }
  }, 180_000);
});
