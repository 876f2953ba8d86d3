import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readLabels } from '../../../src/config/labels.ts';
import type { FoundServer, Origin } from '../../../src/model/discovery.ts';
import type { ContainerFacts, DeclaredFacts } from '../../../src/model/docker.ts';
import { Secret } from '../../../src/model/secret.ts';
import { type Discovered, type DiscoverInput, discover } from '../../../src/observe/discovery/discover.ts';
import { parseContainers } from '../../../src/observe/docker/containers.ts';
import { parseInspection } from '../../../src/observe/docker/inspection.ts';
import { container } from '../../kit/docker-facts.ts';
import { json } from '../docker/fixture.ts';

const SERVER: DeclaredFacts = {
  pgdata: true,
  port: true,
  variables: true,
  runs: 'postgres',
  superuser: 'owner',
  password: undefined,
};

interface Shape {
  readonly id?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly compose?: readonly [project: string, service: string, number?: string];
  readonly declared?: Partial<DeclaredFacts> | 'not inspected';
  readonly database?: string;
  readonly facts?: Partial<ContainerFacts>;
}

/** A running container of the official image on a bridge. */
function server(name: string, shape: Shape = {}): ContainerFacts {
  const { compose, declared = {}, database = 'shop_dev', labels = {} } = shape;
  const [project = '', service = '', number = '1'] = compose ?? [];
  const id = shape.id ?? `id-of-${name}`;
  const facts = container(id, `${name}_data`, 1000, {
    name,
    labels: new Map([
      ...Object.entries(labels),
      ...(compose
        ? ([
            ['com.docker.compose.project', project],
            ['com.docker.compose.service', service],
            ['com.docker.compose.container-number', number],
          ] as const)
        : []),
    ]),
    ports: [],
    networks: [{ id: 'net-1', address: '172.20.0.2' }],
    ...shape.facts,
  });
  if (declared === 'not inspected' || facts.inspection === undefined) return facts;
  const inspection = {
    ...facts.inspection,
    postgresDatabase: database,
    declared: { ...SERVER, ...declared },
  };
  return { ...facts, inspection };
}

function find(
  containers: readonly ContainerFacts[] | undefined,
  changes: Partial<DiscoverInput> = {},
): Discovered {
  return discover({
    candidates: containers?.map((one) => ({ container: one, steering: readLabels(one.labels).steering })),
    ownId: undefined,
    taken: { containers: new Set(), settled: true },
    names: new Set(),
    remembered: new Map(),
    credentials: 'none',
    limit: 100,
    ...changes,
  });
}

const namesOf = ({ servers }: Discovered): readonly string[] => servers.map(({ name }) => name);
const only = (found: Discovered): FoundServer => {
  const [first, ...more] = found.servers;
  if (first === undefined || more.length > 0) throw new Error(`not one server: ${namesOf(found).join(', ')}`);
  return first;
};
const remembered = (...found: readonly FoundServer[]): ReadonlyMap<string, Origin> =>
  new Map(found.map(({ name, origin }) => [name, origin]));

describe('which containers are servers', () => {
  test.each<[string, Shape, boolean]>([
    ['the official image', { facts: { image: 'postgres:15' } }, true],
    [
      'by digest, from a registry with a port',
      { facts: { image: 'registry:5000/a/postgis:16@sha256:00' } },
      true,
    ],
    ['TimescaleDB', { facts: { image: 'timescale/timescaledb:latest-pg16' } }, true],
    ['pgvector', { facts: { image: 'pgvector/pgvector:pg17' } }, true],
    [
      'Bitnami, which declares no PGDATA',
      { facts: { image: 'bitnami/postgresql' }, declared: { pgdata: false, runs: 'unknown' } },
      true,
    ],
    ['one of our own that is built on it', { facts: { image: 'acme/shop-postgres:3' } }, true],
    [
      'the same without PGDATA',
      { facts: { image: 'acme/wait-for-postgres' }, declared: { pgdata: false } },
      false,
    ],
    ['any name, when all is declared', { facts: { image: 'acme/store:1' } }, true],
    ['an image that is known by its id only', { facts: { image: 'sha256:00ff' } }, true],
    [
      'an application with POSTGRES_*',
      { facts: { image: 'acme/app' }, declared: { pgdata: false, port: false, runs: 'unknown' } },
      false,
    ],
    [
      'an application that exposes 5432 too',
      { facts: { image: 'acme/app' }, declared: { pgdata: false, runs: 'unknown' } },
      false,
    ],
    [
      'what is built on PostgreSQL and runs something else',
      { facts: { image: 'acme/app' }, declared: { runs: 'unknown' } },
      false,
    ],
    ['a dump with the official image', { declared: { runs: 'other' } }, false],
    ['a backup tool', { facts: { image: 'prodrigestivill/postgres-backup-local' } }, false],
    ['an exporter', { facts: { image: 'prometheuscommunity/postgres-exporter' } }, false],
    [
      'an exporter, whatever its label says',
      { facts: { image: 'x/postgres_exporter' }, labels: { 'pgvigil.watch': 'true' } },
      false,
    ],
    ['pgvigil', { facts: { image: 'pgvigil:local' }, labels: { 'pgvigil.watch': 'true' } }, false],
    [
      'a label on anything',
      {
        facts: { image: 'acme/app' },
        declared: { pgdata: false, runs: 'unknown' },
        labels: { 'pgvigil.watch': 'true' },
      },
      true,
    ],
    ['a label against it', { labels: { 'pgvigil.watch': 'false' } }, false],
    ['a label that is no answer counts as none', { labels: { 'pgvigil.watch': 'maybe' } }, true],
    ['one that was not inspected yet', { declared: 'not inspected' }, false],
    ['one that has stopped before anybody saw it run', { facts: { state: 'exited' } }, false],
    [
      'one that compose runs for one command',
      { labels: { 'com.docker.compose.oneoff': 'True', 'pgvigil.watch': 'true' } },
      false,
    ],
  ])('%s', (_, shape, isWatched) => {
    expect(find([server('db', shape)]).servers.length).toBe(isWatched ? 1 : 0);
  });

  test('the container that pgvigil is in', () => {
    expect(namesOf(find([server('db'), server('me', { id: 'own' })], { ownId: 'own' }))).toEqual(['db']);
    expect(find([server('me', { id: 'own' })], { ownId: 'own' }).servers).toEqual([]);
  });

  test('as an engine tells it: one of three containers of Docker 20.10', () => {
    const inspected = parseInspection(json('moby-20.10-inspect.json'), 'environment');
    const listed = parseContainers(json('moby-20.10-containers.json')).map((one) =>
      one.name === 'simfab-db' ? { ...one, networkMode: 'host', inspection: inspected?.inspection } : one,
    );
    const found = find(listed, { credentials: 'environment' });
    expect(only(found)).toMatchObject({
      name: 'db',
      reach: 'here',
      origin: {
        container: 'simfab-db',
        host: '127.0.0.1',
        port: 5433,
        user: 'postgres',
        expect: ['simfab_dev'],
      },
    });
    expect(only(found).password?.reveal()).toContain('C4n4ry');
    expect(JSON.stringify(found)).not.toContain('C4n4ry');
  });
});

describe('what is said of a server', () => {
  test('without labels: its first database, the role pgvigil, the database postgres, no password', () => {
    const declared = { password: new Secret('no') };
    expect(only(find([server('db', { compose: ['shop', 'db'], declared })]))).toMatchObject({
      name: 'db',
      password: undefined,
      origin: {
        container: 'db',
        host: '172.20.0.2',
        port: 5432,
        user: 'pgvigil',
        database: 'postgres',
        passwordFile: undefined,
        expect: ['shop_dev'],
        learn: true,
        ignore: [],
      },
    });
  });

  test.each([['postgres'], ['template1']])('%s is in every cluster: it is not expected', (database) => {
    expect(only(find([server('db', { database })])).origin.expect).toEqual([]);
  });

  test('with labels: what they say', () => {
    const labels = {
      'pgvigil.name': 'orders',
      'pgvigil.databases': 'a, b,a',
      'pgvigil.ignore': '^tmp_.{1,3}$, _test$',
      'pgvigil.learn': 'false',
      'pgvigil.user': 'watcher',
      'pgvigil.password_file': '/run/secrets/pg',
      'pgvigil.database': 'template1',
      'pgvigil.port': '6000',
      'pgvigil.host': 'db.internal',
    };
    expect(only(find([server('db', { labels })]))).toMatchObject({
      name: 'orders',
      origin: {
        host: 'db.internal',
        port: 6000,
        user: 'watcher',
        database: 'template1',
        passwordFile: '/run/secrets/pg',
        expect: ['a', 'b'],
        learn: false,
        ignore: ['^tmp_.{1,3}$', '_test$'],
      },
    });
  });

  test.each<[string, Readonly<Record<string, string>>, string, string | undefined]>([
    ['the superuser', {}, 'owner', 'secret'],
    ['a role that is the superuser', { 'pgvigil.user': 'owner' }, 'owner', 'secret'],
    ['another role has another password', { 'pgvigil.user': 'watcher' }, 'watcher', undefined],
    ['a file is for our own role', { 'pgvigil.password_file': '/p' }, 'pgvigil', undefined],
  ])('credentials of the environment, where asked for: %s', (_, labels, user, password) => {
    const one = server('db', { labels, declared: { password: new Secret('secret') } });
    const found = only(find([one], { credentials: 'environment' }));
    expect([found.origin.user, found.password?.reveal()]).toEqual([user, password]);
  });
});

describe('how servers are called', () => {
  test('by their compose service; with the project in front where two would be called the same', () => {
    const two = [server('a_db_1', { compose: ['a', 'db'] }), server('b_db_1', { compose: ['b', 'db'] })];
    expect(namesOf(find(two))).toEqual(['a-db', 'b-db']);
    expect(
      namesOf(find([...two, server('c_store_1', { compose: ['c', 'store'] }), server('plain')])),
    ).toEqual(['a-db', 'b-db', 'store', 'plain']);
  });

  test('one that is known keeps its name when another one comes', () => {
    const first = server('a_db_1', { compose: ['a', 'db'] });
    const known = remembered(...find([first]).servers);
    const found = find([first, server('b_db_1', { compose: ['b', 'db'] })], { remembered: known });
    expect(namesOf(found)).toEqual(['db', 'b-db']);
  });

  test('containers of one service by their number', () => {
    const all = ['1', '2'].map((number) => server(`a_db_${number}`, { compose: ['a', 'db', number] }));
    expect(namesOf(find(all))).toEqual(['db', 'db-2']);
  });

  test('not like a server that is written down, and not like each other, whatever their labels', () => {
    const labels = { 'pgvigil.name': 'main' };
    const found = find([server('one', { labels }), server('two', { labels })], { names: new Set(['one']) });
    expect(namesOf(found)).toEqual(['main', 'two']);
    expect(found.problems).toMatchObject([{ container: 'two', label: 'pgvigil.name' }]);
    const written = find([server('one', { labels })], { names: new Set(['one', 'main']) });
    expect(namesOf(written)).toEqual(['one-2']);
  });
});

describe('what is remembered', () => {
  const before = only(find([server('a_db_1', { compose: ['a', 'db'] })]));
  const known = remembered(before);

  test('a container that is gone, or stopped, leaves its server, with nobody to connect to', () => {
    const gone = { name: 'db', reach: 'gone', origin: before.origin, password: undefined };
    expect(only(find([], { remembered: known }))).toMatchObject(gone);
    const stopped = server('a_db_1', { compose: ['a', 'db'], facts: { state: 'exited' } });
    expect(only(find([stopped], { remembered: known }))).toMatchObject(gone);
  });

  test('one that is made anew under the same service is the same server, wherever it is now', () => {
    const next = server('a-db-1', {
      id: 'other',
      compose: ['a', 'db'],
      facts: { networks: [{ id: 'net-1', address: '172.20.0.9' }] },
    });
    expect(only(find([next], { remembered: known }))).toMatchObject({
      name: 'db',
      reach: 'here',
      origin: { key: before.origin.key, container: 'a-db-1', host: '172.20.0.9' },
    });
  });

  test('one of the same name that another tool made is the same server, whichever came first', () => {
    const byHand = server('db');
    const byCompose = server('db', { id: 'other', compose: ['shop', 'store'] });
    for (const [first, next] of [
      [byHand, byCompose],
      [byCompose, byHand],
    ] as const) {
      const [found] = find([first]).servers;
      if (found === undefined) throw new Error('nothing was found');
      expect(only(find([next], { remembered: remembered(found) }))).toMatchObject({
        name: found.name,
        reach: 'here',
        started: expect.stringContaining(next.id),
      });
    }
  });

  test('a task of a swarm service is the successor of the one in the same slot', () => {
    const task = (slot: number, id: string): ContainerFacts =>
      server(`shop_db.${slot}.${id}`, {
        labels: {
          'com.docker.swarm.service.name': 'shop_db',
          'com.docker.swarm.task.name': `shop_db.${slot}.${id}`,
        },
      });
    const first = find([task(1, 'aaa'), task(2, 'bbb')]);
    expect(namesOf(first)).toEqual(['shop_db', 'shop_db-2']);
    const next = find([task(1, 'ccc')], { remembered: remembered(...first.servers) });
    expect(next.servers.map(({ name, reach }) => [name, reach])).toEqual([
      ['shop_db', 'here'],
      ['shop_db-2', 'gone'],
    ]);
  });

  test('of two containers of one service the one that runs is the server', () => {
    const old = server('0011_a_db_1', { compose: ['a', 'db'], facts: { state: 'exited', createdAt: 9000 } });
    const now = server('a_db_1', { id: 'new', compose: ['a', 'db'] });
    for (const both of [
      [old, now],
      [now, old],
    ])
      expect(only(find(both, { remembered: known })).started).toContain('new');
  });

  test('another container at its address is not it', () => {
    const other = server('stranger', { facts: { networks: [{ id: 'net-1', address: before.origin.host }] } });
    const found = find([other], { remembered: known });
    expect(found.servers.map(({ name, reach }) => [name, reach])).toEqual([
      ['db', 'gone'],
      ['stranger', 'here'],
    ]);
  });

  test('it is let go by its label, or when the config names it, and not by anything else', () => {
    const off = server('a_db_1', { compose: ['a', 'db'], labels: { 'pgvigil.watch': 'false' } });
    expect(find([off], { remembered: known })).toMatchObject({ servers: [], released: ['db'] });
    const now = server('a_db_1', { compose: ['a', 'db'] });
    const taken = { containers: new Set([now.id]), settled: true };
    expect(find([now], { remembered: known, taken })).toMatchObject({ servers: [], released: ['db'] });
    expect(find([now], { remembered: known, names: new Set(['db']) })).toMatchObject({ released: [] });
  });

  test('it stays one that an image or a command which is no server any more took the place of', () => {
    const odd = server('a_db_1', { compose: ['a', 'db'], declared: { runs: 'other' } });
    expect(namesOf(find([odd], { remembered: known }))).toEqual(['db']);
  });

  test('while the engine cannot be asked it is where it was', () => {
    expect(only(find(undefined, { remembered: known }))).toMatchObject({
      reach: 'here',
      origin: before.origin,
    });
  });

  test('a container that was not inspected yet is waited for', () => {
    const next = server('a_db_1', { compose: ['a', 'db'], declared: 'not inspected' });
    expect(only(find([next], { remembered: known })).reach).toBe('awaited');
  });

  test('another name in its label is told, and does not make another server', () => {
    const next = server('a_db_1', { compose: ['a', 'db'], labels: { 'pgvigil.name': 'new' } });
    const found = find([next], { remembered: known });
    expect(namesOf(found)).toEqual(['db']);
    expect(found.problems).toMatchObject([{ label: 'pgvigil.name' }]);
  });
});

describe('limits', () => {
  const many = Array.from({ length: 7 }, (_, index) => server(`db${index}`));

  test('what is left out is counted; what is remembered never is', () => {
    const found = find(many, { limit: 3 });
    expect([namesOf(found), found.leftOut]).toEqual([['db0', 'db1', 'db2'], 4]);
    const known = remembered(...find(many).servers);
    const all = find([...many, server('one more')], { limit: 3, remembered: known });
    expect([all.servers.length, all.leftOut]).toEqual([7, 1]);
  });

  test('nothing new is adopted before it is known what belongs to servers that are written down', () => {
    expect(find(many, { taken: { containers: new Set(), settled: false } }).servers).toEqual([]);
  });
});

test('hostile labels and names: no exception, no name twice, and never a server under a name that is written down', () => {
  const label = fc.tuple(
    fc.oneof(
      fc
        .constantFrom(
          ...['watch', 'name', 'databases', 'ignore', 'learn', 'user', 'password_file'],
          ...['database', 'port', 'host'],
        )
        .map((key) => `pgvigil.${key}`),
      fc.constantFrom('com.docker.compose.project', 'com.docker.compose.service', 'pgvigil.__proto__'),
      fc.string().map((key) => `pgvigil.${key}`),
    ),
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('true', 'false', 'main', '(', ',', '/', '::1', '65536'),
    ),
  );
  const containers = fc.uniqueArray(
    fc.record({ name: fc.string({ minLength: 1 }), labels: fc.array(label) }),
    {
      selector: ({ name }) => name,
      maxLength: 8,
    },
  );
  fc.assert(
    fc.property(containers, (all) => {
      const listed = all.map(({ name, labels }) => server(name, { labels: Object.fromEntries(labels) }));
      const first = find(listed, { names: new Set(['main']) });
      const names = namesOf(first);
      expect(new Set(names).size).toBe(names.length);
      expect(names).not.toContain('main');
      // The same look once more is the same answer: nothing flaps.
      const again = find(listed, { names: new Set(['main']), remembered: remembered(...first.servers) });
      expect(again.servers).toEqual(first.servers);
      for (const { origin } of first.servers) for (const source of origin.ignore) new RegExp(source, 'u');
    }),
    { numRuns: 500 },
  );
});
