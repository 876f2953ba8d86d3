import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from '../kit/docker.ts';
import { describeWith, program } from '../kit/needs.ts';
import { waitFor } from '../kit/wait.ts';
import { type Example, setExample } from './stage.ts';

/** Containers are made, started and ended several times in each. */
const SLOW = { timeout: 300_000, retry: 0 };

/** The incident that pgvigil was made after, from its first day to the last: each test goes on where the one before ended. */
describeWith(
  ['dockerd', 'docker-compose', 'debootstrap', 'prometheus', 'alertmanager'],
  'examples/simfab, lost and brought back',
  () => {
    let example: Example;
    let kept: readonly string[] = [];
    beforeAll(async () => {
      example = await setExample();
    }, 900_000);
    afterAll(() => example?.stop(), 300_000);

    const backups = (): readonly string[] =>
      readdirSync(example.backups, { recursive: true }).map(String).sort();
    const keeper = (...args: readonly string[]) =>
      example.monitoring('exec', '-T', 'backup', 'pgvigil', ...args);
    /** Both streams of a container. */
    const logOf = async (name: string): Promise<string> => {
      const { stdout, stderr } = await run(program('docker'), ['logs', name], { env: example.engine.env });
      return stdout + stderr;
    };

    test('the application makes its database, and works', SLOW, async () => {
      await waitFor('the application', 120_000, () => example.app().catch(() => undefined));
      for (const name of ['wheel', 'axle', 'frame']) await example.app('POST', name);
      expect(await example.app()).toEqual({ parts: 3 });
      await waitFor('all is watched', 60_000, async () => {
        const present = await example.metrics('pgvigil_database_present{server="main",datname="simfab_dev"}');
        return present[0]?.endsWith(' 1') || undefined;
      });
    });

    test('its backup is made, restored and compared, and pgvigil knows', SLOW, async () => {
      const made = await keeper('backup');
      expect(made, made.stderr).toMatchObject({ code: 0 });
      const tried = await keeper('restore-test');
      expect(tried, tried.stderr + tried.stdout).toMatchObject({ code: 0 });
      kept = backups();
      expect(
        kept.filter((name) => name.endsWith('.manifest.json') && name.includes('simfab_dev')),
      ).toHaveLength(1);
      await waitFor('a backup that was restored', 60_000, async () => {
        const proven = await example.metrics('pgvigil_backup_newest_verified_timestamp_seconds');
        const found = proven.some(
          (line) => line.includes('datname="simfab_dev"') && line.includes('level="restore"'),
        );
        return found || undefined;
      });
      expect(await example.metrics('pgvigil_risk{server="main",risk="no_backup"}')).toEqual([
        'pgvigil_risk{server="main",risk="no_backup"} 0',
      ]);
      const scheduled = await logOf('pgvigil-backup');
      expect(scheduled).toContain('backup nightly');
      expect(scheduled).toContain('restore-test nightly');
      expect(await example.engine.docker('inspect', '-f', '{{.State.Running}}', 'pgvigil-backup')).toBe(
        'true',
      );
    });

    test('down -v, up: the page says why', SLOW, async () => {
      await example.simfab('down', '-v');
      await example.simfab('up', '-d');
      const page = await waitFor('the page', 60_000, async () =>
        example
          .pages()
          .flatMap(({ path, body }) => (path === '/page' && body.status === 'firing' ? body.alerts : []))
          .find(({ annotations }) => annotations['cause'] === 'volume_removed'),
      );
      expect(page.labels).toMatchObject({ severity: 'critical' });
      expect(JSON.stringify(page)).not.toContain('canary-of');
    });

    test('setup refuses to hide it, and says how to get the data back', SLOW, async () => {
      const format = '{{.State.ExitCode}} {{.RestartCount}}';
      await waitFor('the refusal', 120_000, async () => {
        const [code] = (await example.engine.docker('inspect', '-f', format, 'simfab_app_1')).split(' ');
        return code === '22' || undefined;
      });
      const refused = await example.simfab('run', '--rm', 'app').then(() => '', String);
      expect(refused).toContain('ended with 22');
      expect(refused).toContain('pgvigil restore');
      expect(await logOf('simfab_app_1')).toContain('The server is not the one that held database');
    });

    test('a backup of what is there now takes nothing of what was', SLOW, async () => {
      const made = await keeper('backup');
      expect(made.code).not.toBe(0);
      expect(backups()).toEqual(expect.arrayContaining([...kept]));
    });

    test('restore brings it back, counted, and a person says that it is right', SLOW, async () => {
      const plan = await keeper('restore', '--database', 'simfab_dev', '--plan');
      expect(plan, plan.stderr).toMatchObject({ code: 0 });
      const restored = await keeper('restore', '--database', 'simfab_dev');
      expect(restored, restored.stderr).toMatchObject({ code: 0 });
      expect(restored.stdout).toContain('3 rows');
      await example.simfab('run', '--rm', 'app', 'pgvigil', 'ensure', '--accept', 'restored');
      await example.simfab('up', '-d');
      await waitFor('the application', 120_000, () => example.app().catch(() => undefined));
      expect(await example.app()).toEqual({ parts: 3 });
      const { incidents } = await example.report();
      for (const { id } of incidents) {
        const accepted = await example.monitoring(
          ...['exec', '-T', 'pgvigil', 'pgvigil', 'accept', id, '--reason', 'restored from the backup'],
        );
        expect(accepted, accepted.stderr).toMatchObject({ code: 0 });
      }
      await waitFor('all is well', 60_000, async () => {
        const open = await example.metrics('pgvigil_incident_open{');
        const mismatched = (await example.metrics('pgvigil_database_identity_match{')).filter((line) =>
          line.endsWith(' 0'),
        );
        return (open.length === 0 && mismatched.length === 0) || undefined;
      });
      await waitFor('no page is open', 180_000, async () =>
        (await example.count('ALERTS{alertstate="firing",severity="critical"}')) === 0 ? true : undefined,
      );
      // The new cluster is backed up beside the old one's.
      const made = await keeper('backup');
      expect([0, 19], made.stderr).toContain(made.code);
      expect(backups()).toEqual(expect.arrayContaining([...kept]));
    });

    test('with its guard, the image itself refuses the empty volume', SLOW, async () => {
      await example.guarded('up', '-d');
      await waitFor('the application', 120_000, () => example.app().catch(() => undefined));
      await example.guarded('down', '-v');
      await example.guarded('up', '-d').catch(() => '');
      const said = await waitFor('the refusal', 60_000, async () => {
        const log = await logOf('simfab_db_1');
        return log.includes('refused') ? log : undefined;
      });
      expect(said).not.toContain('ready to accept connections');
      const volume = await example.engine.docker(
        ...[
          'run',
          '--rm',
          '--network',
          'none',
          '-v',
          'simfab_data:/data',
          '--entrypoint',
          'ls',
          'postgres:15',
        ],
        ...['-A', '/data'],
      );
      expect(volume.split('\n')).not.toContain('PG_VERSION');
    });
  },
);
