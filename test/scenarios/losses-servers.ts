import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type pg from 'pg';
import { run } from '../kit/docker.ts';
import type { Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';

type DockerScenario = Extract<Scenario, { stage: 'docker' }>;
type BareScenario = Extract<Scenario, { stage: 'bare' }>;

/** Grace, the look before it and the look after it. */
const AFTER_GRACE_MS = 50_000;
const WATCH_MS = 8_000;
const COMMON = { group: 'loss', withinMs: AFTER_GRACE_MS, watchMs: WATCH_MS } as const;

const inDocker = (
  name: string,
  rest: Pick<DockerScenario, 'act' | 'expect'> & Partial<DockerScenario>,
): DockerScenario => ({ ...COMMON, name, stage: 'docker', ...rest });
const bare = (
  name: string,
  rest: Pick<BareScenario, 'act' | 'expect'> & Partial<BareScenario>,
): BareScenario => ({ ...COMMON, name, stage: 'bare', ...rest });

/** Sessions until the server has no room for one more. */
async function takeEverySlot({ session }: Stage): Promise<void> {
  for (let taken = 0; taken < 100; taken += 1) {
    const client: pg.Client | undefined = await session('postgres', 'postgres').catch(() => undefined);
    if (client === undefined) return;
  }
}

async function hostPid(
  docker: (...args: readonly string[]) => Promise<string>,
  container: string,
): Promise<string> {
  return docker('inspect', '--format', '{{.State.Pid}}', container);
}

/** Containers and servers that do not run, or do not let us in. */
export const SERVER_LOSSES: readonly Scenario[] = [
  inDocker('container stopped', {
    act: async ({ docker, container }) => void (await docker('stop', container)),
    expect: [
      {
        kind: 'server_down',
        cause: 'container_stopped',
        confidence: 'observed',
        evidence: ['container_state', 'container_event'],
      },
    ],
  }),
  inDocker('container paused', {
    act: async ({ docker, container }) => void (await docker('pause', container)),
    expect: [
      {
        kind: 'server_down',
        cause: 'container_stopped',
        confidence: 'observed',
        evidence: ['container_state', 'container_event'],
      },
    ],
  }),
  inDocker('container removed, its volume kept', {
    act: async ({ docker, container }) => void (await docker('rm', '--force', container)),
    expect: [
      {
        kind: 'server_down',
        cause: 'container_removed',
        confidence: 'observed',
        evidence: ['container_absent', 'container_event'],
      },
    ],
  }),
  inDocker('container killed for memory', {
    options: { service: { mem_limit: '120m', memswap_limit: '120m' } },
    act: async ({ docker, container, mark }) => {
      // The kernel takes a backend first, which PostgreSQL survives; here it takes the postmaster.
      await writeFile(`/proc/${await hostPid(docker, container)}/oom_score_adj`, '1000');
      mark();
      await docker('exec', container, 'bash', '-c', 'head -c 400m /dev/zero | tail').catch(() => '');
    },
    expect: [
      {
        kind: 'server_down',
        cause: 'oom_killed',
        confidence: 'observed',
        evidence: ['container_state', 'container_event'],
      },
    ],
  }),
  inDocker('container in a crash loop', {
    options: { service: { restart: 'always' } },
    act: async ({ docker, container, volumePath, mark }) => {
      const file = join(volumePath, 'postgresql.conf');
      await writeFile(file, `${await readFile(file, 'utf8')}\nshared_bufers = 128MB\n`);
      mark();
      await docker('restart', container);
    },
    expect: [
      {
        kind: 'server_down',
        cause: 'crash_loop',
        confidence: 'observed',
        evidence: ['container_state', 'container_event'],
      },
    ],
  }),
  inDocker('Docker restarted, and the container does not come back', {
    lane: 'lone',
    act: ({ engine }) => engine.restart(),
    expect: [{ kind: 'server_down', cause: 'docker_restarted', confidence: 'inferred' }],
  }),
  inDocker('data directory wiped under a living server', {
    withinMs: 25_000,
    watchMs: 45_000,
    act: async ({ volumePath }) => {
      for (const part of ['base', 'global', 'pg_wal'])
        await rm(join(volumePath, part), { recursive: true, force: true });
    },
    expect: [
      {
        kind: ['server_down', 'database_unreadable'],
        cause: 'data_files_deleted',
        confidence: 'observed',
        evidence: ['files_missing'],
      },
    ],
  }),
  bare('data directory wiped under a living server, without Docker', {
    withinMs: 25_000,
    watchMs: 45_000,
    act: async ({ server }) => {
      for (const part of ['base', 'global', 'pg_wal'])
        await rm(join(server.dataDirectory, part), { recursive: true, force: true });
    },
    expect: [
      {
        kind: ['server_down', 'database_unreadable'],
        cause: 'data_files_deleted',
        confidence: 'observed',
        evidence: ['files_missing'],
      },
    ],
  }),
  bare('PostgreSQL frozen', {
    act: async ({ server }) => server.signal('SIGSTOP'),
    expect: [{ kind: 'server_down', cause: 'unknown', confidence: 'unknown' }],
  }),
  bare('disk full', {
    withinMs: 15_000,
    options: { tmpfs: 'size=160m' },
    act: async ({ server }) => {
      await run('dd', ['if=/dev/zero', `of=${join(server.dataDirectory, 'filler')}`, 'bs=1M']);
    },
    expect: [{ kind: 'disk_full', cause: 'disk_full', confidence: 'observed', evidence: ['disk_full'] }],
  }),
  bare('inodes used up', {
    withinMs: 15_000,
    options: { tmpfs: 'size=400m,nr_inodes=6000' },
    act: async ({ server }) => {
      const script = 'mkdir "$1/filler" && cd "$1/filler" && seq 10000 | xargs touch';
      await run('bash', ['-c', script, '-', server.dataDirectory]);
    },
    expect: [{ kind: 'disk_full', cause: 'disk_full', confidence: 'observed', evidence: ['inodes_used_up'] }],
  }),
  bare('password changed', {
    act: async ({ sql }) => void (await sql("ALTER ROLE pgvigil PASSWORD 'another one'")),
    expect: [
      { kind: 'blind', cause: 'access_lost', confidence: 'observed', evidence: ['connection_failed'] },
    ],
  }),
  bare('pg_hba.conf closed', {
    act: ({ server }) =>
      server.setHba(['host all pgvigil 127.0.0.1/32 reject', 'host all all 127.0.0.1/32 trust']),
    expect: [
      { kind: 'blind', cause: 'access_lost', confidence: 'observed', evidence: ['connection_failed'] },
    ],
  }),
  bare('every connection slot taken', {
    act: takeEverySlot,
    expect: [
      { kind: 'blind', cause: 'access_lost', confidence: 'observed', evidence: ['connection_failed'] },
    ],
  }),
];

/** The engine does not answer, and the server is well: nothing is lost, and nobody is paged about data. */
export const DOCKER_FROZEN = inDocker('Docker frozen', {
  group: 'routine',
  lane: 'lone',
  withinMs: 0,
  watchMs: 40_000,
  act: async ({ engine }) => engine.freeze(),
  expect: [],
});
