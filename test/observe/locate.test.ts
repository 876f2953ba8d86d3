import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ServerConfig } from '../../src/model/config.ts';
import type { ContainerFacts, InspectionFacts, MountFacts, VolumeFacts } from '../../src/model/docker.ts';
import { coveringMount, type KnownPlace, locate } from '../../src/observe/locate.ts';

const inspection = (changes: Partial<InspectionFacts> = {}): InspectionFacts => ({
  startedAt: 1,
  finishedAt: undefined,
  exitCode: undefined,
  oomKilled: false,
  restartCount: 0,
  restartPolicy: 'no',
  logDriver: 'json-file',
  logOptions: new Map(),
  pgdata: undefined,
  postgresDatabase: undefined,
  pgport: undefined,
  ...changes,
});

const volumeMount = (volume: string, destination = '/var/lib/postgresql/data'): MountFacts => ({
  type: 'volume',
  volume,
  source: `/var/lib/docker/volumes/${volume}/_data`,
  destination,
});

const bindMount = (source: string, destination: string): MountFacts => ({
  type: 'bind',
  volume: undefined,
  source,
  destination,
});

const container = (name: string, changes: Partial<ContainerFacts> = {}): ContainerFacts => ({
  id: [...name]
    .map((letter) => letter.charCodeAt(0).toString(16))
    .join('')
    .padEnd(64, '0'),
  name,
  image: 'postgres:15',
  state: 'running',
  createdAt: 1,
  labels: new Map(),
  mounts: [volumeMount(`${name}_data`)],
  ports: [],
  networkMode: 'bridge',
  addresses: [],
  networks: [],
  exposedPorts: [],
  networkAliases: [],
  inspection: inspection(),
  ...changes,
});

const compose = (project: string, service: string) =>
  new Map([
    ['com.docker.compose.project', project],
    ['com.docker.compose.service', service],
  ]);

const published = (hostPort: number, hostAddress = '0.0.0.0') => [
  { hostAddress, hostPort, containerPort: 5432 },
];

function server(host: string, port = 5432, docker: Partial<ServerConfig['docker']> = {}): ServerConfig {
  return {
    name: 'main',
    host,
    port,
    user: 'pgvigil',
    password: undefined,
    database: 'postgres',
    tls: { mode: 'disable', ca: undefined, cert: undefined, key: undefined },
    databases: { expect: [], learn: true, learnAfterMs: 1, ignore: [] },
    docker: { container: undefined, volume: undefined, ...docker },
    identity: { systemIdentifier: undefined },
  };
}

const nothingKnown: KnownPlace = {
  dataDirectory: undefined,
  remoteAddress: undefined,
  remembered: undefined,
};
const remember = (name: string): KnownPlace => ({
  ...nothingKnown,
  remembered: { container: { id: container(name).id, name } },
});
const volume = (name: string): VolumeFacts => ({
  name,
  driver: 'local',
  mountpoint: `/srv/docker/volumes/${name}/_data`,
  createdAt: 1,
  dataMissing: false,
  anonymous: false,
  labels: new Map(),
});
const found = (
  of: ServerConfig,
  containers: readonly ContainerFacts[],
  known: KnownPlace = nothingKnown,
): string | undefined => locate(of, known, { containers, volumes: [] }).container?.name;

describe('the container of a server', () => {
  const other = container('other');
  const renamed = { ...container('db'), id: 'f'.repeat(64) };

  test.each<[string, string | undefined, ServerConfig, readonly ContainerFacts[], KnownPlace?]>([
    ['configured', 'a', server('nowhere', 1, { container: 'a' }), [other, container('a')]],
    [
      'configured by id',
      'a',
      server('x', 1, { container: container('a').id.slice(0, 12) }),
      [other, container('a', { id: container('a').id })],
    ],
    [
      'configured, and not there: no other is taken',
      undefined,
      server('other', 5432, { container: 'a' }),
      [other],
    ],
    [
      'configured and stopped',
      'a',
      server('x', 1, { container: 'a' }),
      [container('a', { state: 'exited' }), other],
    ],
    ['its name is the host', 'db', server('db'), [other, container('db')]],
    ['its name is the host, stopped', 'db', server('db'), [other, container('db', { state: 'exited' })]],
    [
      'its address is the host',
      'db',
      server('172.18.0.2'),
      [other, container('db', { addresses: ['172.18.0.2'] })],
    ],
    [
      'its address is the one we reached',
      'db',
      server('pg.example'),
      [other, container('db', { addresses: ['172.18.0.2'] })],
      { ...nothingKnown, remoteAddress: '::ffff:172.18.0.2' },
    ],
    ['its alias is the host', 'x1', server('db'), [other, container('x1', { networkAliases: ['db'] })]],
    [
      'its compose service is the host',
      'app_db_1',
      server('db'),
      [other, container('app_db_1', { labels: compose('app', 'db') })],
    ],
    [
      'two services of that name: not found',
      undefined,
      server('db'),
      [
        container('a_db_1', { labels: compose('a', 'db') }),
        container('b_db_1', { labels: compose('b', 'db') }),
      ],
    ],
    [
      'a published port',
      'db',
      server('127.0.0.1', 15432),
      [other, container('db', { ports: published(15432) })],
    ],
    [
      'a published port, IPv6',
      'db',
      server('::1', 15432),
      [other, container('db', { ports: published(15432, '::') })],
    ],
    [
      'a published port on an address of ours',
      'db',
      server('10.0.0.5', 15432),
      [other, container('db', { ports: published(15432, '10.0.0.5') })],
    ],
    [
      'a published port here says nothing about another machine',
      undefined,
      server('10.0.0.9'),
      [container('db', { ports: published(5432) })],
    ],
    [
      'another published port',
      undefined,
      server('localhost', 5433),
      [container('db', { ports: published(5432) })],
    ],
    [
      'a pooler at the published port is not the server',
      undefined,
      server('localhost', 6432),
      [container('pool', { image: 'bitnami/pgbouncer:1', ports: published(6432) })],
    ],
    [
      'a published port of a stopped container',
      undefined,
      server('localhost'),
      [container('db', { state: 'exited', ports: published(5432) })],
    ],
    [
      'the same, and it is remembered',
      'db',
      server('localhost'),
      [container('db', { state: 'exited', ports: published(5432) })],
      remember('db'),
    ],
    [
      'its socket directory',
      'db',
      server('/srv/app/socket'),
      [other, container('db', { mounts: [bindMount('/srv/app/socket', '/var/run/postgresql')] })],
    ],
    [
      'inside its socket directory',
      'db',
      server('/srv/app/socket/pg'),
      [other, container('db', { mounts: [bindMount('/srv/app', '/run')] })],
    ],
    [
      'a directory with the same beginning is another',
      undefined,
      server('/srv/app2'),
      [container('db', { mounts: [bindMount('/srv/app', '/run')] })],
    ],
    [
      'a socket shared with the application: the one that is PostgreSQL',
      'db',
      server('/s'),
      [
        container('app', { image: 'app', inspection: undefined, mounts: [bindMount('/s', '/run')] }),
        container('db', { mounts: [bindMount('/s', '/run')] }),
      ],
    ],
    [
      'a mount of the root says nothing about sockets',
      undefined,
      server('/run/postgresql'),
      [container('cadvisor', { inspection: undefined, mounts: [bindMount('/', '/rootfs')] })],
    ],
    [
      'the host network with its port',
      'db',
      server('localhost', 5433),
      [other, container('db', { networkMode: 'host', inspection: inspection({ pgport: 5433 }) })],
    ],
    [
      'the host network with the default port',
      'db',
      server('localhost'),
      [
        container('db', { networkMode: 'host' }),
        container('db2', { networkMode: 'host', inspection: inspection({ pgport: 5433 }) }),
      ],
    ],
    [
      'two on the host network that fit: not found',
      undefined,
      server('localhost'),
      [container('a', { networkMode: 'host' }), container('b', { networkMode: 'host' })],
    ],
    [
      'the host network of this machine is not another machine',
      undefined,
      server('10.0.0.9'),
      [container('db', { networkMode: 'host' })],
    ],
    ['remembered by id', 'db', server('localhost'), [other, container('db')], remember('db')],
    ['remembered by name: it was created anew', 'db', server('localhost'), [other, renamed], remember('db')],
    [
      'remembered by compose service: compose 2 named it anew',
      'app-db-1',
      server('localhost'),
      [other, container('app-db-1', { labels: compose('app', 'db') })],
      remember('app_db_1'),
    ],
    [
      'remembered decides between two that fit',
      'b',
      server('localhost'),
      [container('a', { networkMode: 'host' }), container('b', { networkMode: 'host' })],
      remember('b'),
    ],
    [
      'remembered and stopped, its successor runs at the address',
      'new_db_1',
      server('localhost'),
      [container('old_db_1', { state: 'exited' }), container('new_db_1', { ports: published(5432) })],
      remember('old_db_1'),
    ],
    ['remembered and gone', undefined, server('localhost'), [other], remember('db')],
    ['no container at all', undefined, server('localhost'), []],
  ])('%s', (_name, expected, of, containers, known) => {
    expect(found(of, containers, known)).toBe(expected);
    expect(found(of, containers.toReversed(), known)).toBe(expected);
  });
});

describe('the mount that covers the data directory', () => {
  const data = volumeMount('data', '/var/lib/postgresql/data');
  const parent = volumeMount('parent', '/var/lib/postgresql');
  test.each<[string, string | undefined, string, readonly MountFacts[]]>([
    ['itself', 'data', '/var/lib/postgresql/data', [data]],
    ['a directory above', 'parent', '/var/lib/postgresql/18/docker', [parent]],
    ['the deepest of two', 'data', '/var/lib/postgresql/data/pgdata', [parent, data]],
    ['the PostgreSQL 18 trap: data beside the volume', undefined, '/var/lib/postgresql/18/docker', [data]],
    ['a name with the same beginning covers nothing', undefined, '/var/lib/postgresql/data2', [data]],
    [
      'slashes do not matter',
      'data',
      '/var/lib/postgresql//data/',
      [volumeMount('data', '/var/lib/postgresql/data/')],
    ],
    ['none', undefined, '/var/lib/postgresql/data', []],
  ])('%s', (_name, expected, path, mounts) => {
    expect(coveringMount(mounts, path)?.volume).toBe(expected);
    expect(coveringMount(mounts.toReversed(), path)?.volume).toBe(expected);
  });

  test('any path is covered by the longest of its own prefixes', () => {
    const part = fc.stringMatching(/^[a-z]{1,3}$/);
    fc.assert(
      fc.property(
        fc.array(part, { minLength: 1, maxLength: 6 }),
        fc.array(fc.array(part, { minLength: 1, maxLength: 3 })),
        (path, others) => {
          const prefixes = path.map((_part, index) => `/${path.slice(0, index + 1).join('/')}`);
          const mounts = [...prefixes, ...others.map((other) => `/${other.join('/')}`)].map((at) =>
            volumeMount(at, at),
          );
          expect(coveringMount(mounts, `/${path.join('/')}/deeper`)?.destination).toBe(prefixes.at(-1));
        },
      ),
    );
  });
});

describe('placement', () => {
  const db = container('db');
  const inventory = { containers: [db], volumes: [volume('db_data'), volume('pinned')] };

  test('from container to the path on this machine', () => {
    const placement = locate(
      server('db'),
      { ...nothingKnown, dataDirectory: '/var/lib/postgresql/data' },
      inventory,
    );
    expect(placement).toEqual({
      dataDirectory: '/var/lib/postgresql/data',
      container: { id: db.id, name: 'db' },
      mount: db.mounts[0],
      volume: 'db_data',
      hostPath: '/srv/docker/volumes/db_data/_data',
      mountpoint: undefined,
    });
  });

  test('a data directory that nobody told is looked for at PGDATA, else where the image has it, and stays unknown', () => {
    const pgdata = container('db', {
      inspection: inspection({ pgdata: '/data/pg' }),
      mounts: [bindMount('/disk/pg', '/data')],
    });
    const at = locate(server('db'), nothingKnown, { containers: [pgdata], volumes: [] });
    expect(at).toMatchObject({ dataDirectory: '/data/pg', volume: undefined, hostPath: '/disk/pg' });
    const guessed = locate(server('db'), nothingKnown, inventory);
    expect(guessed).toMatchObject({ dataDirectory: undefined, volume: 'db_data' });
  });

  test('data outside every mount has a container and no volume, even when one is configured', () => {
    const of = server('db', 5432, { volume: 'pinned' });
    const placement = locate(
      of,
      { ...nothingKnown, dataDirectory: '/var/lib/postgresql/18/docker' },
      inventory,
    );
    expect(placement).toMatchObject({
      container: { name: 'db' },
      mount: undefined,
      volume: undefined,
      hostPath: undefined,
    });
  });

  test('a configured volume is known without a container', () => {
    const placement = locate(server('10.9.9.9', 5432, { volume: 'pinned' }), nothingKnown, inventory);
    expect(placement).toMatchObject({
      container: undefined,
      volume: 'pinned',
      hostPath: '/srv/docker/volumes/pinned/_data',
    });
  });

  test.each<[string, string | undefined, ServerConfig, string, KnownPlace['remembered']]>([
    [
      'a local server outside Docker has its data here',
      '/var/lib/postgresql/15/main',
      server('localhost'),
      '/var/lib/postgresql/15/main',
      undefined,
    ],
    ['by socket too', '/srv/pg', server('/run/postgresql'), '/srv/pg', undefined],
    ['another machine has not', undefined, server('db.example'), '/srv/pg', undefined],
    [
      'one that was in a container has not',
      undefined,
      server('localhost'),
      '/srv/pg',
      { container: { id: 'x', name: 'x' } },
    ],
    [
      'a path as in the image is not taken for one of ours',
      undefined,
      server('localhost'),
      '/var/lib/postgresql/data',
      undefined,
    ],
  ])('without Docker: %s', (_name, hostPath, of, dataDirectory, remembered) => {
    const placement = locate(of, { dataDirectory, remoteAddress: undefined, remembered }, undefined);
    expect(placement).toEqual({
      dataDirectory,
      container: undefined,
      mount: undefined,
      volume: undefined,
      hostPath,
      mountpoint: undefined,
    });
  });
});
