import { describe, expect, test } from 'vitest';
import type { ContainerFacts } from '../../../src/model/docker.ts';
import { addressOf } from '../../../src/observe/discovery/address.ts';
import { ownContainerId } from '../../../src/observe/discovery/identity.ts';
import { repositoryName } from '../../../src/observe/discovery/which.ts';
import { whatRuns } from '../../../src/observe/docker/declared.ts';
import { container } from '../../kit/docker-facts.ts';

const NETWORKS = [
  { id: 'front', address: '172.20.0.2' },
  { id: 'back', address: '172.21.0.2' },
];
const at = (changes: Partial<ContainerFacts>): ContainerFacts =>
  container('c1', 'data', 1, { ports: [], networks: NETWORKS, ...changes });
const published = (hostAddress: string) => [{ hostAddress, hostPort: 15432, containerPort: 5432 }];
const inContainer = (...ids: readonly string[]): ContainerFacts =>
  container('own', undefined, 1, { networks: ids.map((id) => ({ id, address: '172.30.0.5' })) });

describe('where a server is reached', () => {
  test.each<[string, Partial<ContainerFacts>, string, number]>([
    ['its address in a network', {}, '172.20.0.2', 5432],
    ['a published port, which goes first', { ports: published('0.0.0.0') }, '127.0.0.1', 15432],
    [
      'published on loopback and for everybody',
      { ports: [...published('127.0.0.1').map((one) => ({ ...one, hostPort: 15433 })), ...published('::')] },
      '127.0.0.1',
      15432,
    ],
    ['published on one address', { ports: published('192.0.2.7') }, '192.0.2.7', 15432],
    ['the network of the host', { networkMode: 'host', networks: [] }, '127.0.0.1', 5432],
    [
      'another port that is published is not it',
      { ports: [{ hostAddress: '', hostPort: 80, containerPort: 80 }] },
      '172.20.0.2',
      5432,
    ],
  ])('from the host: %s', (_, changes, host, port) => {
    expect(addressOf(at(changes), undefined, {})).toEqual({ ok: true, host, port });
  });

  test('from a container: its address in a network that both are in, and no published port', () => {
    const one = at({ ports: published('') });
    expect(addressOf(one, inContainer('back'), {})).toEqual({ ok: true, host: '172.21.0.2', port: 5432 });
    expect(addressOf(one, inContainer('other'), {})).toMatchObject({ ok: false });
    expect(addressOf(one, { ...inContainer(), networkMode: 'host' }, {})).toMatchObject({ port: 15432 });
  });

  test('what labels say goes first; a port alone is that of the server in its container', () => {
    expect(addressOf(at({}), inContainer('x'), { host: 'db' })).toEqual({ ok: true, host: 'db', port: 5432 });
    expect(addressOf(at({}), undefined, { port: 6000 })).toEqual({
      ok: true,
      host: '172.20.0.2',
      port: 6000,
    });
  });

  test('without any network there is none', () => {
    expect(addressOf(at({ networks: [] }), undefined, {})).toMatchObject({ ok: false });
  });
});

const ID = 'ab'.repeat(32);
test.each([
  [`1 2 8:1 /var/lib/docker/containers/${ID}/hostname /etc/hostname rw - ext4 /dev/sda1 rw`, ID],
  [`1 2 8:1 /storage/overlay-containers/${ID}/userdata/hosts /etc/hosts rw - ext4 /dev/sda1 rw`, ID],
  [`1 2 8:1 / / rw - ext4 /dev/sda1 rw\n1 2 8:1 /var/lib/docker/volumes/${ID}/_data /data rw`, undefined],
])('the container that a process is in: %#', (mountinfo, id) => {
  expect(ownContainerId(mountinfo)).toBe(id);
});

test.each([
  ['postgres', 'postgres'],
  ['ghcr.io:443/org/My-Postgres:15@sha256:00', 'my-postgres'],
  ['localhost:5000/postgres', 'postgres'],
  ['', ''],
])('the repository of %j is %j', (image, name) => {
  expect(repositoryName(image)).toBe(name);
});

describe('what a command line starts', () => {
  const ENTRYPOINT = ['docker-entrypoint.sh'];
  test.each([
    [ENTRYPOINT, ['postgres', '-c', 'fsync=off'], 'postgres'],
    [['/usr/local/bin/docker-entrypoint.sh'], ['-c', 'fsync=off'], 'postgres'],
    [ENTRYPOINT, [], 'postgres'],
    [['/guard.sh', 'docker-entrypoint.sh'], ['/usr/lib/postgresql/15/bin/postgres'], 'postgres'],
    [['sh', '-c', 'sleep 1; exec docker-entrypoint.sh postgres'], [], 'postgres'],
    [ENTRYPOINT, ['psql', '-h', 'postgres'], 'other'],
    [ENTRYPOINT, ['pg_dump', '-U', 'postgres'], 'other'],
    [['pg_dump'], ['postgres'], 'other'],
    [ENTRYPOINT, ['bash', '-c', 'pg_dump -h postgres'], 'other'],
    [ENTRYPOINT, ['sleep', 'infinity'], 'other'],
    [ENTRYPOINT, ['my-tool'], 'other'],
    [['/opt/scripts/entrypoint.sh'], ['/opt/scripts/run.sh'], 'unknown'],
    [[], [], 'unknown'],
  ])('%j %j: %s', (entrypoint, command, runs) => {
    expect(whatRuns(entrypoint, command)).toBe(runs);
  });
});
