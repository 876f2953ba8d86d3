import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseContainers } from '../../../src/observe/docker/containers.ts';
import { parseDiskUsage } from '../../../src/observe/docker/disk-usage.ts';
import { parseEngine, pinApiVersion } from '../../../src/observe/docker/engine.ts';
import { ProtocolError } from '../../../src/observe/docker/errors.ts';
import { parseEvent } from '../../../src/observe/docker/events.ts';
import {
  dataDirectoryOfCommand,
  looksLikePostgres,
  parseInspection,
  portOfCommand,
} from '../../../src/observe/docker/inspection.ts';
import { parseVolumes } from '../../../src/observe/docker/volumes.ts';
import { fixture, json } from './fixture.ts';

describe('containers', () => {
  test('of Docker 20.10: names, states, mounts, and only the labels that we read', () => {
    const containers = parseContainers(json('moby-20.10-containers.json'));
    const db = containers.find(({ name }) => name === 'simfab-db');
    expect(containers.map(({ name, state }) => [name, state]).sort()).toEqual([
      ['never-started', 'created'],
      ['other', 'running'],
      ['simfab-db', 'running'],
    ]);
    expect(db?.image).toBe('postgres:15');
    expect(db?.networkMode).toBe('none');
    expect(db?.labels.get('com.docker.compose.project')).toBe('simfab-facelift');
    expect(db?.mounts.map(({ type, volume, destination }) => [type, volume, destination]).sort()).toEqual([
      ['bind', undefined, '/var/run/postgresql'],
      ['volume', 'simfab-facelift_postgres_data', '/var/lib/postgresql/data'],
    ]);
    expect(db?.createdAt).toBeGreaterThan(1_700_000_000_000);
  });

  test('of Docker 28: own name among links, published TCP ports, addresses and DNS names', () => {
    const [db] = parseContainers(json('moby-28-containers.json'));
    expect(db?.name).toBe('simfab-db');
    expect(db?.ports).toEqual([{ hostAddress: '127.0.0.1', hostPort: 15432, containerPort: 5432 }]);
    expect(db?.addresses).toEqual(['172.18.0.2', 'fd00::2']);
    expect(db?.networkAliases).toEqual(['simfab-db', 'db', 'aa11bb22cc33']);
    expect(db?.mounts.map(({ type }) => type)).toEqual(['volume', 'other']);
    expect([...(db?.labels.keys() ?? [])]).not.toContain('secret.token');
  });

  test('an answer that is no list is an error, not a machine without containers', () => {
    for (const answer of [{}, null, 'text', { message: 'forbidden' }]) {
      expect(() => parseContainers(answer)).toThrow(ProtocolError);
    }
  });

  test('garbage never throws anything else and never becomes a container without id', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.jsonValue(), hostile('Id', 'Names', 'Mounts', 'Ports', 'Labels'))),
        (list) => {
          expect(parseContainers(list).every(({ id }) => id !== '')).toBe(true);
        },
      ),
    );
  });
});

describe('volumes', () => {
  test('of Docker 20.10: the one whose directory was deleted, the anonymous one, the named one', () => {
    const volumes = new Map(
      parseVolumes(json('moby-20.10-volumes.json')).map((volume) => [volume.name, volume]),
    );
    expect(volumes.get('lost')).toMatchObject({ dataMissing: true, createdAt: undefined, anonymous: false });
    expect(volumes.get('simfab-facelift_postgres_data')).toMatchObject({
      dataMissing: false,
      anonymous: false,
    });
    expect([...volumes.values()].filter(({ anonymous }) => anonymous)).toHaveLength(1);
  });

  test('year 1 means missing data for the local driver only', () => {
    const [nfs] = parseVolumes({
      Volumes: [{ Name: 'n', Driver: 'nfs', CreatedAt: '0001-01-01T00:00:00Z' }],
    });
    expect(nfs?.dataMissing).toBe(false);
  });

  test('no volumes is an answer; something else is an error', () => {
    expect(parseVolumes({ Volumes: null, Warnings: null })).toEqual([]);
    for (const answer of [{}, [], null, { message: 'forbidden' }]) {
      expect(() => parseVolumes(answer)).toThrow(ProtocolError);
    }
  });

  test('garbage never throws', () => {
    const entries = fc.array(fc.oneof(fc.jsonValue(), hostile('Name', 'CreatedAt', 'Labels', 'Driver')));
    fc.assert(
      fc.property(entries, (Volumes) => {
        expect(parseVolumes({ Volumes }).every(({ name }) => name !== '')).toBe(true);
      }),
    );
  });
});

describe('inspection', () => {
  test('of Docker 20.10: what we keep, and nothing of the environment but PGDATA and PGPORT', () => {
    const inspected = parseInspection(json('moby-20.10-inspect.json'));
    expect(inspected?.inspection).toMatchObject({
      finishedAt: undefined,
      exitCode: undefined,
      oomKilled: false,
      restartCount: 0,
      restartPolicy: 'unless-stopped',
      logDriver: 'json-file',
      pgdata: '/var/lib/postgresql/data',
      pgport: 5433,
    });
    expect(inspected?.inspection.logOptions).toEqual(new Map([['max-size', '10m']]));
    expect(inspected?.inspection.startedAt).toBeGreaterThan(1_700_000_000_000);
    expect(fixture('moby-20.10-inspect.json')).toContain('C4n4ry');
    expect(printed(inspected)).not.toContain('C4n4ry');
  });

  test.each([
    [['POSTGRES_DB=simfab_dev', 'POSTGRES_USER=app', 'POSTGRES_PASSWORD=C4n4ry'], 'simfab_dev'],
    [['POSTGRES_USER=app', 'POSTGRES_PASSWORD=C4n4ry'], 'app'],
    [['POSTGRES_PASSWORD=C4n4ry'], 'postgres'],
    [['POSTGRES_HOST_AUTH_METHOD=trust'], 'postgres'],
    [['POSTGRES_DB=', 'POSTGRES_USER=app'], 'app'],
    [['POSTGRES_DB_FILE=/run/secrets/C4n4ry', 'POSTGRES_USER=app'], undefined],
    [['POSTGRES_USER_FILE=/run/secrets/C4n4ry'], undefined],
    [['POSTGRES_USER_FILE=/run/secrets/C4n4ry', 'POSTGRES_DB=shop'], 'shop'],
    [['PGDATA=/data', 'MY_POSTGRES_DB=no', 'POSTGRES_DBX=no'], undefined],
    [[], undefined],
  ])('the first database of an environment with %j is %j', (Env, database) => {
    const inspected = parseInspection({ State: { Status: 'running' }, Config: { Env } });
    expect(inspected?.inspection.postgresDatabase).toBe(database);
    expect(printed(inspected)).not.toContain('C4n4ry');
  });

  test.each([
    [['postgres', '-D', '/srv/pg'], '/srv/pg'],
    [['postgres', '-D/srv/pg'], '/srv/pg'],
    [['postgres', '-c', 'data_directory=/srv/pg', '-p', '5433'], '/srv/pg'],
    [['postgres', '--data-directory=/srv/pg'], '/srv/pg'],
    [['postgres', '-D', 'relative'], undefined],
    [['postgres', '-D'], undefined],
    [['postgres', '-c', 'log_directory=/srv/pg'], undefined],
  ])('the data directory of %j is %j, else that of PGDATA', (words, directory) => {
    expect(dataDirectoryOfCommand(words)).toBe(directory);
    const Config = { Env: ['PGDATA=/var/lib/postgresql/18/docker'], Cmd: words };
    const { inspection } = parseInspection({ State: { Status: 'running' }, Config }) ?? {};
    expect(inspection?.pgdata).toBe(directory ?? '/var/lib/postgresql/18/docker');
  });

  test('of a container that never started: no start, no exit code', () => {
    const inspection = parseInspection(json('moby-20.10-inspect-created.json'))?.inspection;
    expect(inspection).toMatchObject({ startedAt: undefined, finishedAt: undefined, exitCode: undefined });
  });

  test.each([
    [['postgres', '-p', '5433'], 5433],
    [['postgres', '-p5433'], 5433],
    [['postgres', '--port=5433'], 5433],
    [['postgres', '--port', '5433'], 5433],
    [['postgres', '-c', 'port=5433'], 5433],
    [['postgres', '-cport=5433'], 5433],
    [['postgres', '-p', '1', '-c', 'port = 5433'], 5433],
    [['postgres', '-p'], undefined],
    [['postgres', '-p', '99999'], undefined],
    [['postgres', '-c', 'shared_buffers=5433'], undefined],
    [['postgres', '--port=x'], undefined],
    [[], undefined],
  ])('the port of %j is %s', (words, port) => {
    expect(portOfCommand(words)).toBe(port);
  });

  test('what looks like PostgreSQL is told by image or label', () => {
    const [db, ...others] = parseContainers(json('moby-28-containers.json'));
    expect(others).toEqual([]);
    if (!db) throw new Error('the fixture is empty');
    const looks = (image: string, label?: string) =>
      looksLikePostgres({ ...db, image, labels: new Map(label ? [['pgvigil.watch', label]] : []) });
    expect(looks('ghcr.io/x/timescaledb-ha:pg16')).toBe(true);
    expect(looks('redis:7')).toBe(false);
    expect(looks('redis:7', 'true')).toBe(true);
    expect(looks('redis:7', 'false')).toBe(false);
  });

  test('garbage never throws', () => {
    fc.assert(
      fc.property(hostile('State', 'Config', 'HostConfig', 'NetworkSettings', 'RestartCount'), (answer) => {
        const port = parseInspection(answer)?.inspection.pgport;
        expect(port === undefined || Number.isInteger(port)).toBe(true);
      }),
    );
  });
});

describe('events', () => {
  const eventsOf = (file: string) =>
    fixture(file)
      .split('\n')
      .filter(Boolean)
      .map((line) => parseEvent(line));

  test('of Docker 20.10: every line is one, with its exact time and without command lines and labels', () => {
    const events = eventsOf('moby-20.10-events.ndjson');
    expect(events).not.toContain(undefined);
    expect(fixture('moby-20.10-events.ndjson')).toContain('C4n4ry');
    expect(printed(events)).not.toContain('C4n4ry');
    const destroyed = events.find(
      (event) => event?.type === 'volume' && event.action === 'destroy' && event.id.startsWith('simfab'),
    );
    expect(destroyed?.name).toBe('simfab-facelift_postgres_data');
    expect(fixture('moby-20.10-events.ndjson')).toContain(`"timeNano":${destroyed?.timeNano}}`);
    const die = events.find((event) => event?.action === 'die' && event.name === 'simfab-db');
    expect(die?.attributes.get('exitCode')).toBe('0');
    expect(die?.attributes.get('com.docker.compose.project')).toBe('simfab-facelift');
    const prune = events.find((event) => event?.action === 'prune');
    expect(prune).toMatchObject({ type: 'volume', id: '', name: undefined });
  });

  test('of API 1.52, which dropped the older fields', () => {
    const events = eventsOf('moby-1.52-events.ndjson');
    expect(events.map((event) => event?.action)).toEqual(['exec_create', 'destroy', 'health_status']);
    expect(printed(events)).not.toContain('C4n4ry');
  });

  test('of Podman: a removal is a destroy, and a volume has its name in the attributes', () => {
    const events = eventsOf('podman-events.ndjson');
    expect(events.map((event) => [event?.type, event?.action, event?.name])).toEqual([
      ['container', 'destroy', 'simfab-db'],
      ['container', 'die', 'simfab-db'],
      ['volume', 'destroy', 'simfab_data'],
    ]);
    expect(events[1]?.attributes.get('exitCode')).toBe('137');
  });

  test('times that differ by a nanosecond stay apart', () => {
    const at = (nano: string) =>
      parseEvent(
        `{"Type":"volume","Action":"create","Actor":{"ID":"v","Attributes":{"x":"\\"timeNano\\":7,"}},"timeNano":${nano}}`,
      );
    expect(at('1795401082200000001')?.timeNano).toBe('1795401082200000001');
    expect(at('1795401082200000002')?.timeNano).toBe('1795401082200000002');
  });

  test('what is no event is none', () => {
    for (const line of [
      '',
      '<html>',
      'null',
      '[]',
      '{}',
      '{"Type":"volume","Action":"create"}',
      '{"Type":"volume"',
    ]) {
      expect(parseEvent(line)).toBeUndefined();
    }
    fc.assert(fc.property(fc.string(), (line) => void parseEvent(line)));
    fc.assert(
      fc.property(hostile('Type', 'Action', 'Actor', 'time', 'timeNano'), (value) => {
        const event = parseEvent(JSON.stringify(value));
        expect(event === undefined || /^-?\d+$/.test(event.timeNano)).toBe(true);
      }),
    );
  });
});

describe('the engine', () => {
  test('of Docker 20.10', () => {
    const engine = parseEngine(json('moby-20.10-version.json'), json('moby-20.10-info.json'));
    expect(engine).toMatchObject({ version: expect.stringMatching(/^20\.10/), apiVersion: '1.41' });
    expect(engine.id).not.toBe('');
    expect(engine.rootDirectory).toMatch(/^\//);
  });

  test('another answer is an error', () => {
    expect(() => parseEngine({}, {})).toThrow(ProtocolError);
  });

  test.each([
    ['1.41', '1.41'],
    ['1.24', '1.24'],
    ['1.9', '1.9'],
    ['1.52', '1.51'],
    ['2.0', '1.51'],
    [undefined, undefined],
    ['', undefined],
    ['../../x', undefined],
  ])('an engine that offers API %s is spoken to in %s', (theirs, pinned) => {
    expect(pinApiVersion(theirs)).toBe(pinned);
  });
});

describe('disk usage', () => {
  test('of Docker 20.10', () => {
    const { usage, volumeSizes } = parseDiskUsage(json('moby-20.10-df.json'));
    expect(usage.map(({ type }) => type)).toEqual(['images', 'containers', 'volumes']);
    for (const { bytes, reclaimableBytes } of usage) {
      expect(bytes).toBeGreaterThanOrEqual(reclaimableBytes);
      expect(reclaimableBytes).toBeGreaterThanOrEqual(0);
    }
    expect(volumeSizes.get('simfab-facelift_postgres_data')).toBeGreaterThan(1_000_000);
  });

  test('a driver that does not tell a size has none, which is not 0', () => {
    const { volumeSizes } = parseDiskUsage({
      Volumes: [{ Name: 'a', UsageData: { Size: -1, RefCount: 0 } }, { Name: 'b' }],
    });
    expect(volumeSizes.size).toBe(0);
  });

  test('an answer without any part is an error; garbage throws nothing else', () => {
    expect(() => parseDiskUsage({})).toThrow(ProtocolError);
    fc.assert(
      fc.property(hostile('Images', 'Containers', 'Volumes', 'BuildCache', 'LayersSize'), (answer) => {
        try {
          for (const { bytes } of parseDiskUsage(answer).usage) expect(Number.isFinite(bytes)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
        }
      }),
    );
  });
});

/** Objects that have the right keys and anything as values. */
function hostile(...keys: readonly string[]): fc.Arbitrary<unknown> {
  return fc.record(Object.fromEntries(keys.map((key) => [key, fc.jsonValue()])), { requiredKeys: [] });
}

/** Everything in a value as text, maps included. */
function printed(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => (inner instanceof Map ? [...inner] : inner));
}
