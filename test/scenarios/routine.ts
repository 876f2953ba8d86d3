import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { must } from '../kit/docker.ts';
import { program } from '../kit/needs.ts';
import { DOCKER_FROZEN } from './losses-servers.ts';
import type { Scenario } from './scenario.ts';

type DockerScenario = Extract<Scenario, { stage: 'docker' }>;
type BareScenario = Extract<Scenario, { stage: 'bare' }>;

/** A server that was away for a moment: watched past the grace. */
const PAST_GRACE_MS = 35_000;
/** A server that answered all the time: several rounds of every look. */
const ROUNDS_MS = 12_000;
const COMMON = { group: 'routine', expect: [], withinMs: 0, watchMs: ROUNDS_MS } as const;

const bare = (name: string, rest: Pick<BareScenario, 'act'> & Partial<BareScenario>): BareScenario => ({
  ...COMMON,
  name,
  stage: 'bare',
  ...rest,
});
const inDocker = (
  name: string,
  rest: Pick<DockerScenario, 'act'> & Partial<DockerScenario>,
): DockerScenario => ({
  ...COMMON,
  name,
  stage: 'docker',
  watchMs: PAST_GRACE_MS,
  ...rest,
});

/** What happens on every server, and must not wake anybody. */
export const ROUTINE: readonly Scenario[] = [
  ...(['fast', 'smart', 'immediate'] as const).map((mode) =>
    bare(`server restarted, ${mode}`, {
      watchMs: PAST_GRACE_MS,
      act: async ({ server }) => {
        if (!(await server.stop(mode))) throw new Error('the server did not stop');
        await server.start();
      },
    }),
  ),
  inDocker('compose up --force-recreate', {
    act: async ({ compose, ready }) => {
      await compose('up', '-d', '--force-recreate');
      await ready();
    },
  }),
  inDocker('compose down and up again', {
    act: async ({ compose, ready }) => {
      await compose('down');
      await compose('up', '-d');
      await ready();
    },
  }),
  inDocker('image upgraded on the same volume', {
    act: async ({ docker, compose, change, ready }) => {
      await docker('tag', 'postgres:15', 'postgres:15-next');
      await change({ image: 'postgres:15-next' });
      await compose('up', '-d');
      await ready();
    },
  }),
  inDocker('Docker restarted with live-restore', {
    lane: 'lone',
    prepare: (engine) => engine.restart({ liveRestore: true }),
    act: ({ engine }) => engine.restart({ liveRestore: true }),
  }),
  DOCKER_FROZEN,
  bare('ALTER DATABASE … SET', {
    act: async ({ sql }) => {
      await sql("ALTER DATABASE simfab_dev SET work_mem = '8MB'");
      await sql('ALTER DATABASE shop CONNECTION LIMIT 50');
    },
  }),
  bare('VACUUM FULL', {
    act: async ({ sql }) => {
      await sql('DELETE FROM orders_0 WHERE id > 100', 'simfab_dev');
      await sql('VACUUM FULL', 'simfab_dev');
    },
  }),
  bare('pg_dump, and pg_restore into a new database', {
    options: { version: 15 },
    act: async ({ server, sql }) => {
      const file = join(server.socketDirectory, 'dump');
      const bin = '/usr/lib/postgresql/15/bin';
      await must(program(`${bin}/pg_dump`), ['-Fc', '-f', file, server.url('simfab_dev')]);
      await sql('CREATE DATABASE restored');
      await must(program(`${bin}/pg_restore`), ['-d', server.url('restored'), file]);
    },
  }),
  bare('an ignored and a young database come and go', {
    options: { learnAfter: '1h' },
    act: async ({ sql }) => {
      await sql('CREATE DATABASE tmp_import');
      await sql('CREATE DATABASE young');
      await sleep(4_000);
      await sql('DROP DATABASE tmp_import');
      await sql('DROP DATABASE young');
    },
  }),
  bare('CREATE DATABASE', {
    act: async ({ sql }) => void (await sql('CREATE DATABASE newcomer')),
  }),
  bare('the configuration reloaded', {
    act: async ({ exporter }) => {
      const text = await readFile(exporter.configFile, 'utf8');
      await writeFile(exporter.configFile, text.replace('sizes: 2s', 'sizes: 3s'));
      exporter.running().signal('SIGHUP');
    },
  }),
  inDocker('pgvigil restarted', {
    watchMs: ROUNDS_MS,
    act: ({ exporter }) => exporter.restart(),
  }),
  inDocker('pgvigil killed and started again', {
    watchMs: ROUNDS_MS,
    act: ({ exporter }) => exporter.restart('SIGKILL'),
  }),
  bare('standby promoted', {
    options: { version: 15, standby: true, settings: { wal_level: 'replica', max_wal_senders: '5' } },
    act: async ({ server }) => void (await server.query('SELECT pg_promote()')),
  }),
  bare('200 connections for a moment', {
    options: { settings: { max_connections: '220' } },
    act: async ({ session }) => {
      const clients = await Promise.all(Array.from({ length: 200 }, () => session('simfab_dev')));
      await sleep(3_000);
      await Promise.all(clients.map((client) => client.end()));
    },
  }),
];
