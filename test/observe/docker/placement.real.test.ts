import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ServerConfig } from '../../../src/model/config.ts';
import type { InventoryFacts } from '../../../src/model/docker.ts';
import { type KnownPlace, locate } from '../../../src/observe/locate.ts';
import { type PrivateDocker, startDockerd } from '../../kit/docker.ts';
import { describeWith } from '../../kit/needs.ts';
import { freePorts } from '../../kit/ports.ts';
import { serverConfig } from '../../kit/world.ts';
import { type Watched, watchEngine } from './watch-engine.ts';

const DATA_DIRECTORY = '/var/lib/postgresql/data';

describeWith(['dockerd', 'docker-compose', 'debootstrap'], 'placement, with real containers', () => {
  let engine: PrivateDocker;
  let watched: Watched;
  let directory = '';
  let ports: number[] = [];

  beforeAll(async () => {
    engine = await startDockerd();
    await engine.postgresImage();
    ports = await freePorts(2);
    directory = join(engine.workDirectory, 'place');
    mkdirSync(join(directory, 'socket'), { recursive: true });
    const service = (network: string, volumes: string): string =>
      `{ image: 'postgres:15', environment: { POSTGRES_PASSWORD: hunter2 }, ${network}, volumes: [${volumes}] }`;
    writeFileSync(
      join(directory, 'docker-compose.yml'),
      `version: '3.7'
services:
  db: ${service(`ports: ['127.0.0.1:${ports[0]}:5432']`, `'data:${DATA_DIRECTORY}'`)}
  other: ${service(`network_mode: host, command: '-c listen_addresses=127.0.0.1 -p ${ports[1]}'`, `'parent:/var/lib/postgresql'`)}
  quiet: ${service('network_mode: none', `'${directory}/socket:/var/run/postgresql'`)}
volumes: { data: {}, parent: {} }
`,
    );
    await engine.compose(directory, 'up', '-d');
    // Nothing is watched yet: what looks like PostgreSQL is inspected all the same.
    watched = watchEngine(engine.host, () => false);
    await watched.until('three inspected containers', 10_000, () => inspected() === 3);
  });
  afterAll(async () => {
    await watched?.stop();
    await engine?.stop();
  });

  const inventory = (): InventoryFacts | undefined => watched.view().inventory?.lastSeen?.facts;
  const inspected = (): number | undefined => inventory()?.containers.filter((one) => one.inspection).length;
  const place = (server: Partial<ServerConfig>, known: Partial<KnownPlace> = {}) =>
    locate(
      serverConfig(server),
      { dataDirectory: DATA_DIRECTORY, remoteAddress: undefined, remembered: undefined, ...known },
      inventory(),
    );

  test('by published port, compose service and address: the same container, its volume, its path here', () => {
    const address = inventory()?.containers.find(({ name }) => name === 'place_db_1')?.addresses[0] ?? 'none';
    const ways = [
      { host: '127.0.0.1', port: ports[0] ?? 0 },
      { host: 'db', port: 5432 },
      { host: 'place_db_1', port: 5432 },
      { host: address, port: 5432 },
    ];
    for (const way of ways) {
      expect(place(way)).toMatchObject({
        container: { name: 'place_db_1' },
        volume: 'place_data',
        hostPath: join(engine.rootDirectory, 'volumes/place_data/_data'),
      });
    }
  });

  test('on the host network by its port; its data lies in the anonymous volume inside the named one', () => {
    const { container, volume } = place({ host: 'localhost', port: ports[1] ?? 0 });
    expect(container?.name).toBe('place_other_1');
    expect(volume).toMatch(/^[0-9a-f]{64}$/);
    expect(inventory()?.volumes.find(({ name }) => name === volume)?.anonymous).toBe(true);
  });

  test('by the directory of its socket', () => {
    expect(place({ host: join(directory, 'socket') }).container?.name).toBe('place_quiet_1');
  });

  test('a container that compose made anew is found again by its name', async () => {
    const before = place({ host: '127.0.0.1', port: ports[0] ?? 0 }).container;
    if (!before) throw new Error('not found before');
    await engine.compose(directory, 'up', '-d', '-t', '1', '--force-recreate', 'db');
    await watched.until('the new container', 5000, () => {
      const found = place({ host: 'elsewhere' }, { remembered: { container: before } }).container;
      return found?.name === 'place_db_1' && found.id !== before.id;
    });
  });
});
