import { describe, expect, test } from 'vitest';
import { isPostgres, reachContainer } from '../../../src/cli/init/containers.ts';
import { expectSeen, findServers } from '../../../src/cli/init/servers.ts';
import type { ContainerFacts } from '../../../src/model/docker.ts';
import { container } from '../../kit/docker-facts.ts';
import { loginOf, server } from './found.ts';

const NOTHING = { named: [], containers: [], local: [] };
const box = (changes: Partial<ContainerFacts> = {}): ContainerFacts => container('c1', 'pgdata', 1, changes);
const published = (hostAddress: string, hostPort: number, containerPort = 5432) => ({
  hostAddress,
  hostPort,
  containerPort,
});
const withPort = (pgport: number, changes: Partial<ContainerFacts> = {}): ContainerFacts => {
  const { inspection } = box();
  return box({ ...changes, inspection: inspection && { ...inspection, pgport } });
};
const local = { host: '127.0.0.1', port: 5432, socketDirectory: '/var/run/postgresql' };
const addresses = (looked: Parameters<typeof findServers>[0]): readonly string[] =>
  findServers(looked).servers.map(({ name, host, port }) => `${name} ${host}:${port}`);

describe('which container is a server', () => {
  test.each([
    ['postgres:15', true],
    ['timescale/timescaledb:latest-pg16', true],
    ['quay.io/prometheuscommunity/postgres-exporter', false],
    ['edoburu/pgbouncer', false],
    ['prodrigestivill/postgres-backup-local', false],
    ['redis:7', false],
  ])('%s: %s', (image, is) => {
    expect(isPostgres(box({ image }))).toBe(is);
    expect(isPostgres(box({ image, inspection: undefined }))).toBe(is);
  });

  test.each([
    ['own/image:1', 'true', true],
    ['postgres:15', 'false', false],
    ['quay.io/prometheuscommunity/postgres-exporter', 'true', false],
  ])('%s with pgvigil.watch=%s: %s', (image, watch, is) => {
    expect(isPostgres(box({ image, labels: new Map([['pgvigil.watch', watch]]) }))).toBe(is);
  });
});

describe('how a container is reached', () => {
  const CASES: readonly (readonly [string, ContainerFacts, string])[] = [
    ['on loopback', box({ ports: [published('127.0.0.1', 5433)] }), '127.0.0.1:5433 loopback'],
    [
      'on every address, told twice',
      box({ ports: [published('::', 5433), published('0.0.0.0', 5433)] }),
      '127.0.0.1:5433 everywhere',
    ],
    ['on one address', box({ ports: [published('192.0.2.7', 5432)] }), '192.0.2.7:5432 everywhere'],
    [
      'another port inside',
      withPort(6000, { ports: [published('', 1, 5432), published('', 2, 6000)] }),
      '127.0.0.1:2 everywhere',
    ],
    [
      'the network of the host',
      withPort(6000, { ports: [], networkMode: 'host' }),
      '127.0.0.1:6000 loopback',
    ],
    ['not published', box({ ports: [], addresses: ['172.18.0.2'] }), '172.18.0.2:5432 nowhere'],
    ['without an address', box({ ports: [], addresses: [] }), 'has no address that this machine could reach'],
    ['stopped', box({ state: 'exited' }), 'does not run (exited)'],
  ];
  test.each(CASES)('%s', (_, facts, told) => {
    const reached = reachContainer(facts);
    expect(
      'leftOut' in reached
        ? reached.leftOut.why
        : `${reached.server.host}:${reached.server.port} ${reached.server.container?.published}`,
    ).toBe(told);
  });

  test.each([
    ['simfab_default', 'simfab_default'],
    ['bridge', undefined],
    ['host', undefined],
    ['container:abc', undefined],
  ])('of the network %s others may join %s', (networkMode, network) => {
    const reached = reachContainer(box({ networkMode }));
    expect('server' in reached && reached.server.container?.network).toBe(network);
  });
});

describe('which servers are watched', () => {
  test('none', () => {
    expect(findServers(NOTHING)).toEqual({ servers: [], leftOut: [] });
  });

  test('the one of a container is not found again by its port', () => {
    expect(addresses({ ...NOTHING, containers: [box()], local: [local] })).toEqual(['main 127.0.0.1:5432']);
    expect(findServers({ ...NOTHING, containers: [box()], local: [local] }).servers[0]?.container?.name).toBe(
      'simfab-db',
    );
  });

  test('several have names that differ', () => {
    const ports = [published('', 5433)];
    expect(
      addresses({
        ...NOTHING,
        containers: [box({ ports }), box({ id: 'c2', ports: [published('', 5434)] })],
        local: [local, { ...local, port: 5435 }],
      }),
    ).toEqual([
      'simfab-db-5433 127.0.0.1:5433',
      'simfab-db-5434 127.0.0.1:5434',
      'local-5432 127.0.0.1:5432',
      'local-5435 127.0.0.1:5435',
    ]);
  });

  test('what a person named goes alone; the others are told', () => {
    const named = [loginOf('postgres://postgres:C4n4ry@localhost:5432/shop')];
    const other = { ...local, port: 5433 };
    const found = findServers({ named, containers: [box()], local: [local, other] });
    expect(found.servers).toMatchObject([
      {
        name: 'main',
        from: 'named',
        host: 'localhost',
        expect: ['shop', 'simfab_dev'],
        container: { name: 'simfab-db' },
      },
    ]);
    expect(found.leftOut).toEqual([{ what: 'local (127.0.0.1:5433)', why: 'is not in PGVIGIL_URL' }]);
  });

  test('databases that were seen are expected, those of PostgreSQL itself and too many are not', () => {
    const found = server({ expect: ['shop'] });
    expect(expectSeen(found, ['template1', 'postgres', 'b', 'shop', 'a']).expect).toEqual(['shop', 'a', 'b']);
    const many = Array.from({ length: 30 }, (_, index) => `tenant_${index}`);
    expect(expectSeen(found, many).expect).toEqual(['shop']);
  });
});
