import { describe, expect, test } from 'vitest';
import { createDiscovery } from '../../src/discovery/discovery.ts';
import type { Config } from '../../src/model/config.ts';
import type { ContainerFacts } from '../../src/model/docker.ts';
import { EMPTY_HISTORY, type History } from '../../src/model/history.ts';
import { forgetServer, releaseServer } from '../../src/remember/decide.ts';
import { handClock } from '../kit/clock.ts';
import { container, inventory } from '../kit/docker-facts.ts';
import { serverMemory } from '../kit/histories.ts';
import { listLog } from '../kit/list-log.ts';
import { createWorld, config as plainConfig, row, serverConfig, serverFacts } from '../kit/world.ts';

const DISCOVERS: Config = { ...plainConfig([]), docker: { ...plainConfig([]).docker, discover: true } };
const FILE = '/run/secrets/pg';

function server(name: string, labels: Readonly<Record<string, string>> = {}): ContainerFacts {
  const facts = container(`id-of-${name}`, `${name}_data`, 1, {
    name,
    labels: new Map(Object.entries(labels)),
    ports: [],
    networks: [{ id: 'n', address: '172.20.0.2' }],
  });
  if (!facts.inspection) throw new Error('the fixture is inspected');
  const declared = { pgdata: true, port: true, variables: true, runs: 'postgres', superuser: 'o' } as const;
  return { ...facts, inspection: { ...facts.inspection, declared: { ...declared, password: undefined } } };
}

/** Discovery with everything around it: a tick remembers what is watched, as the heartbeat does. */
function stage(start: { readonly history?: History; readonly written?: Config } = {}) {
  const clock = handClock();
  let history = start.history ?? EMPTY_HISTORY;
  let written = start.written ?? DISCOVERS;
  let containers: readonly ContainerFacts[] | 'blind' | undefined;
  let seen: ReturnType<typeof inventory> | undefined;
  const files = new Map<string, string>();
  const used: string[][] = [];
  const log = listLog();
  const discovery = createDiscovery({
    clock,
    log,
    written: () => written,
    history: () => history,
    views: () => {
      const when = { at: 0, monotonicMs: 0, tookMs: 0 };
      const observation =
        containers === 'blind' || seen === undefined
          ? ({ seen: false, reason: 'refused', detail: 'it is down', ...when } as const)
          : ({ seen: true, facts: seen, ...when } as const);
      const looked = containers === undefined ? undefined : { observation, lastSeen: undefined };
      return {
        servers: new Map(),
        disk: { filesystems: [], mountpointOf: new Map(), dropped: 0, host: undefined },
        backups: new Map(),
        docker: {
          enabled: true,
          engine: undefined,
          inventory: looked,
          firstListed: new Map(),
          diskUsage: undefined,
          controls: new Map(),
          logLines: new Map(),
          events: [],
          eventGaps: 0,
          restarts: [],
          eventTallies: [],
        },
      };
    },
    named: () =>
      written.servers.map((one) => ({
        server: one,
        remoteAddress: undefined,
        remembered: history.servers.get(one.name)?.container,
        looked: true,
      })),
    readMountinfo: () => '',
    async readSecret(path) {
      const text = files.get(path);
      if (text === undefined) throw Object.assign(new Error('no file'), { code: 'ENOENT' });
      return text;
    },
    use: (config) => used.push(config.servers.map(({ name }) => name)),
    release(name) {
      [history] = releaseServer(history, name, 0);
    },
  });
  const remember = (): void => {
    const servers = new Map(history.servers);
    for (const { name, discovered } of discovery.config().servers)
      servers.set(name, { ...(servers.get(name) ?? serverMemory()), discovered: discovered?.origin });
    history = { ...history, servers };
  };
  return {
    discovery,
    files,
    used,
    clock,
    log,
    history: () => history,
    look(found: readonly ContainerFacts[] | 'blind') {
      containers = found;
      seen = found === 'blind' ? undefined : inventory(found, []);
      discovery.update();
      remember();
    },
    write(next: Config) {
      written = next;
      discovery.reload();
      remember();
    },
    forget(name: string) {
      const decision = forgetServer(history, name, { at: 0, by: 'me', reason: 'test' });
      if (!decision.ok) throw new Error(decision.problem);
      history = decision.history;
      discovery.update(true);
      remember();
    },
    servers: () =>
      discovery.config().servers.map(({ name, discovered }) => `${name} ${discovered?.reach ?? 'written'}`),
    passwords: () => discovery.config().servers.map(({ password }) => password?.reveal()),
  };
}

describe('discovery', () => {
  test('takes over what was found, once, and costs nothing while nothing changes', () => {
    const on = stage();
    on.look([server('db')]);
    on.discovery.update();
    on.look([server('db')]);
    expect([on.servers(), on.used]).toEqual([['db here'], [['db']]]);
    on.look([server('db'), server('late')]);
    expect(on.used).toEqual([['db'], ['db', 'late']]);
  });

  test('over a restart what was found is waited for, and is there when its container is not', () => {
    const before = stage();
    before.look([server('db')]);
    const on = stage({ history: before.history() });
    on.discovery.begin();
    expect(on.servers()).toEqual(['db awaited']);
    on.look([]);
    expect(on.servers()).toEqual(['db gone']);
    const [gone] = on.discovery.config().servers;
    expect(gone?.host).not.toContain('172.');
    on.look([server('db')]);
    expect(on.servers()).toEqual(['db here']);
  });

  test('while Docker is silent nothing changes; at the start all is where it was', () => {
    const on = stage();
    on.look([server('db')]);
    on.look([]);
    on.look('blind');
    expect(on.servers()).toEqual(['db gone']);
    const next = stage({ history: on.history() });
    next.discovery.begin();
    next.look('blind');
    expect(next.servers()).toEqual(['db here']);
    next.look([]);
    next.forget('db');
    expect(next.servers()).toEqual([]);
  });

  test('what a person forgets is gone, also while Docker is silent, and found anew when it is still there', () => {
    const on = stage();
    on.look([server('db')]);
    on.look('blind');
    on.forget('db');
    expect([on.servers(), on.history().servers.size]).toEqual([[], 0]);
    on.look([server('db')]);
    expect(on.servers()).toEqual(['db here']);
  });

  test('switched off it is remembered and not watched; switched on it is there again', () => {
    const on = stage();
    on.look([server('db')]);
    on.write(plainConfig([serverConfig()]));
    expect([on.servers(), [...on.history().servers.keys()]]).toEqual([['main written'], ['db', 'main']]);
    on.write(DISCOVERS);
    on.look([]);
    expect(on.servers()).toEqual(['db gone']);
  });

  test('the config wins: the same container is not watched twice, and its name is free for it', () => {
    const on = stage();
    on.look([server('db')]);
    const main = serverConfig({ host: 'x', docker: { container: 'db', volume: undefined } });
    on.write({ ...DISCOVERS, servers: [main] });
    expect(on.servers()).toEqual(['main written']);
    expect(on.history().servers.get('db')?.discovered).toBeUndefined();
    const other = stage();
    other.look([server('db')]);
    other.write({ ...DISCOVERS, servers: [{ ...main, name: 'db' }] });
    expect(other.servers()).toEqual(['db written']);
    expect(other.history().servers.get('db')?.discovered).toBeUndefined();
  });

  test('a server with a file is watched once that was read; what cannot be read is told and tried again', async () => {
    const on = stage();
    const db = server('db', { 'pgvigil.password_file': FILE });
    on.look([db]);
    expect([on.servers(), on.discovery.isBusy()]).toEqual([[], true]);
    await Promise.resolve();
    await Promise.resolve();
    expect([on.servers(), on.passwords()]).toEqual([['db here'], [undefined]]);
    expect(on.discovery.verdict()?.problems[0]).toContain('label pgvigil.password_file: cannot read');
    on.files.set(FILE, 'secret\n');
    on.clock.advance(6000);
    on.look([db]);
    await Promise.resolve();
    await Promise.resolve();
    expect([on.passwords(), on.discovery.verdict()?.problems]).toEqual([['secret'], []]);
    on.files.set(FILE, 'rotated\n');
    on.discovery.reload();
    expect(on.passwords()).toEqual(['secret']);
    await Promise.resolve();
    await Promise.resolve();
    expect(on.passwords()).toEqual(['rotated']);
  });

  test('a wrong label is told once in the log, and stops no other server', () => {
    const on = stage();
    on.look([server('db', { 'pgvigil.port': 'x' }), server('other')]);
    on.look([server('db', { 'pgvigil.port': 'x' }), server('other')]);
    expect(on.servers()).toEqual(['db here', 'other here']);
    expect(on.discovery.verdict()?.problems).toEqual([
      'container db: label pgvigil.port: must be a number from 1 to 65535; until then it has no effect',
    ]);
    expect(on.log.lines.filter(({ message }) => message.includes('pgvigil.port'))).toHaveLength(1);
  });
});

describe('a server that was found', () => {
  const origin = {
    key: 'k',
    container: 'db',
    host: '127.0.0.1',
    port: 5432,
    user: 'pgvigil',
    database: 'postgres',
    passwordFile: undefined,
    expect: [],
    learn: true,
    ignore: [],
  };
  const found = plainConfig([serverConfig({ discovered: { origin, reach: 'here' } })]);

  test('is neither up nor down, and no incident, before it was up once; a server that is written down is', () => {
    const coming = createWorld({ config: found });
    coming.tick({ connect: 'refused', catalog: 'refused' });
    coming.tick({ connect: 'starting' }, 600);
    expect([coming.server().up, coming.server().state, coming.incidents()]).toEqual([
      undefined,
      'starting',
      [],
    ]);
    coming.tick({ connect: serverFacts(), catalog: [row('simfab_dev', 1)] });
    expect(coming.server()).toMatchObject({ up: true, source: 'discovered' });
    coming.tick({ connect: 'refused', catalog: 'refused' });
    coming.tick({ connect: 'refused' }, 60);
    expect([coming.server().up, coming.incidents()]).toEqual([false, ['server_down']]);
    const written = createWorld();
    written.tick({ connect: 'refused', catalog: 'refused' });
    written.tick({ connect: 'refused' }, 600);
    expect(written.incidents()).toEqual(['server_down']);
  });

  test('that lets nobody in is told', () => {
    const shut = createWorld({ config: found });
    shut.tick({ connect: 'no_password', catalog: 'no_password' });
    shut.tick({ connect: 'no_password' }, 60);
    expect(shut.incidents()).toEqual(['blind']);
  });

  test('is remembered as such, and as an ordinary one when it is written down', () => {
    const world = createWorld({ config: found });
    world.tick({ connect: serverFacts() });
    expect(world.history().servers.get('main')?.discovered).toEqual(origin);
    expect(world.kinds()).toContain('server_discovered');
    const written = createWorld({ history: world.history() });
    written.tick({ connect: serverFacts() });
    expect(written.history().servers.get('main')?.discovered).toBeUndefined();
  });
});
