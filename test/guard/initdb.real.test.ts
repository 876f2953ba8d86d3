import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decodeRecord } from '../../src/guard/ensure/record-codec.ts';
import { ROOT } from '../kit/bundle.ts';
import { type PrivateDocker, run, startDockerd } from '../kit/docker.ts';
import { describeWith, program } from '../kit/needs.ts';
import { postgresBinaries } from '../kit/postgres.ts';
import { waitFor } from '../kit/wait.ts';

const SCRIPT = join(ROOT, 'postgres/initdb.d/00-pgvigil-guard.sh');
const GUARD = '/docker-entrypoint-initdb.d/00-pgvigil-guard.sh';
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/lib/postgresql/15/bin';

/** A container is initialised and started several times. */
const SLOW = { timeout: 300_000 };

/** Where the official images keep data. The server of 18 is that of npm, in the container of 15. */
const LAYOUTS = [
  { version: 15, mount: '/var/lib/postgresql/data', data: '/var/lib/postgresql/data' },
  { version: 18, mount: '/var/lib/postgresql', data: '/var/lib/postgresql/18/docker' },
] as const;
type Layout = (typeof LAYOUTS)[number];

describeWith(['dockerd', 'debootstrap'], 'postgres/initdb.d', () => {
  let engine: PrivateDocker;
  let count = 0;
  beforeAll(async () => {
    engine = await startDockerd();
    await engine.postgresImage();
  });
  afterAll(() => engine?.stop());

  interface Changes {
    /** Sourced by the entrypoint instead of executed. */
    readonly mode?: number;
    readonly entrypoint?: boolean;
    readonly environment?: Readonly<Record<string, string>>;
    /** Where the directory of the record is mounted, if anywhere. */
    readonly record?: readonly string[];
  }

  /** A container as compose would make it, with its volume. */
  function project(what: string, { version, mount, data }: Layout, changes: Changes = {}) {
    count += 1;
    const name = `guarded${count}`;
    const directory = join(engine.workDirectory, name);
    const guard = join(directory, 'guard');
    const scripts = join(directory, 'initdb.d');
    mkdirSync(guard, { recursive: true });
    chmodSync(guard, 0o777);
    mkdirSync(scripts);
    cpSync(SCRIPT, join(scripts, '00-pgvigil-guard.sh'));
    chmodSync(join(scripts, '00-pgvigil-guard.sh'), changes.mode ?? 0o755);
    const native = version === 18 ? [`${dirname(postgresBinaries(18) ?? '')}:/opt/postgresql:ro`] : [];
    const volumes = [
      `${name}:${mount}`,
      `${scripts}:/docker-entrypoint-initdb.d:ro`,
      ...(changes.record ?? [':/pgvigil-guard']).map((rest) => `${guard}${rest}`),
      ...native,
    ];
    const environment = {
      POSTGRES_DB: 'simfab_dev',
      POSTGRES_PASSWORD: 'hunter2',
      PGDATA: data,
      PATH: version === 18 ? `/opt/postgresql/bin:${PATH}` : PATH,
      // The psql of the image looks elsewhere than this server listens.
      ...(version === 18 && { PGHOST: '/tmp' }),
      ...changes.environment,
    };
    const up = (asEntrypoint = changes.entrypoint, command: readonly string[] = ['postgres']) =>
      engine.docker(
        ...['run', '--detach', '--network', 'none', '--name', name],
        ...volumes.flatMap((volume) => ['--volume', volume]),
        ...Object.entries(environment).flatMap(([key, value]) => ['--env', `${key}=${value}`]),
        ...(asEntrypoint ? ['--entrypoint', GUARD, 'postgres:15', 'docker-entrypoint.sh'] : ['postgres:15']),
        ...command,
      );
    const ends = async (begin: () => Promise<unknown>): Promise<{ code: number; said: string }> => {
      const before = (await logs(name)).length;
      await begin();
      const code = Number(await engine.docker('wait', name));
      return { code, said: (await logs(name)).slice(before) };
    };
    return {
      what,
      guard,
      up,
      /** As `down`, or as `down -v`. */
      async down(volume?: '-v') {
        await engine.docker('rm', '--force', name);
        if (volume) await engine.docker('volume', 'rm', name);
      },
      kill: () => engine.docker('kill', name),
      record: () => decodeRecord(readFileSync(join(guard, 'identity.json'), 'utf8')),
      /** Of the server that is open to everybody, not of the one that serves its initialisation. */
      identifier: () =>
        waitFor(
          `the server of "${what}"`,
          120_000,
          async () => {
            if ((await engine.docker('exec', name, 'cat', '/proc/1/comm')) !== 'postgres') return undefined;
            const query = 'SELECT system_identifier FROM pg_control_system()';
            return engine.docker('exec', name, 'psql', '-U', 'postgres', '-d', 'simfab_dev', '-Atc', query);
          },
          250,
        ),
      /** Starts it for the first time, and gives its exit code and what it said. */
      upEnds: (asEntrypoint?: boolean) => ends(() => up(asEntrypoint)),
      /** Starts it once more, as a restart policy does. */
      startEnds: () => ends(() => engine.docker('start', name)),
      said: () => logs(name),
      opened: async () => (await logs(name)).split('ready to accept connections').length - 1,
    };
  }
  const logs = async (container: string): Promise<string> => {
    const { code, stdout, stderr } = await run(program('docker'), ['logs', container], { env: engine.env });
    return code === 0 ? stderr + stdout : '';
  };

  describe.each(LAYOUTS)('in the layout of $version', (layout) => {
    test.each([
      ['executed', 0o755],
      ['sourced', 0o644],
    ])(
      '%s, it remembers the first cluster, and refuses the next one, start after start',
      SLOW,
      async (how, mode) => {
        const db = project(how, layout, { mode });
        await db.up();
        const first = await db.identifier();
        expect(db.record()).toMatchObject({ systemIdentifier: first, history: [{ event: 'initialized' }] });
        await db.down();
        await db.up();
        expect(await db.identifier()).toBe(first);

        await db.down('-v');
        const refused = await db.upEnds();
        expect(refused.code).not.toBe(0);
        expect(refused.said).toContain('a database is known to belong here');
        expect(refused.said).toContain(first);
        const opened = await db.opened();
        // The second start finds a directory that was initialised, which the entrypoint would open as it is.
        for (const again of [1, 2]) expect((await db.startEnds()).code, `start ${again}`).not.toBe(0);
        expect(await db.opened()).toBe(opened);
        await db.down();
        expect((await db.upEnds()).code).not.toBe(0);
        expect(await db.opened()).toBe(0);
        expect(db.record().systemIdentifier).toBe(first);
        await db.down('-v');
      },
    );

    test('it lets one new cluster in by permission, and no other', SLOW, async () => {
      const db = project('by permission', layout, { entrypoint: true });
      await db.up();
      const first = await db.identifier();
      await db.down('-v');
      writeFileSync(join(db.guard, 'allow-init'), '');
      await db.up();
      const second = await db.identifier();
      expect(second).not.toBe(first);
      expect(db.record().systemIdentifier).toBe(first);
      expect(readdirSync(db.guard).sort()).toEqual(['allow-init.used', `allowed-${second}`, 'identity.json']);
      await db.down();
      await db.up();
      expect(await db.identifier()).toBe(second);
      await db.down('-v');
      expect((await db.upEnds()).said).toContain('refused to start');
      await db.down('-v');
    });

    test(
      'as the entrypoint it refuses before initdb, and what a killed start has left behind',
      SLOW,
      async () => {
        const db = project('before', layout, { entrypoint: true });
        await db.up();
        await db.identifier();
        await db.down('-v');
        const refused = await db.upEnds();
        expect(refused).toMatchObject({ code: 1, said: expect.stringContaining('an empty data directory') });
        expect(refused.said).not.toContain('initdb: ');
        await db.down('-v');

        // As if the start had been killed after initdb, before any script of initdb.d ran.
        const killed = project('killed', layout);
        await killed.up();
        await killed.identifier();
        await killed.kill();
        await killed.down();
        cpSync(join(db.guard, 'identity.json'), join(killed.guard, 'identity.json'));
        expect(await killed.upEnds(true)).toMatchObject({
          code: 1,
          said: expect.stringContaining('not the cluster that is known'),
        });
        expect(await killed.opened()).toBe(0);
        await killed.down('-v');
      },
    );
  });

  const [layout] = LAYOUTS;
  test.each<[string, Changes, string]>([
    ['that is not mounted', { record: [] }, 'is not there'],
    [
      'in the container',
      { environment: { PGVIGIL_RECORD: '/var/tmp/identity.json' } },
      'part of the container',
    ],
    ['in memory', { environment: { PGVIGIL_RECORD: '/dev/shm/identity.json' } }, 'kept in memory'],
    [
      'on the data volume',
      { environment: { PGVIGIL_RECORD: '/var/lib/postgresql/data/identity.json' } },
      'on the data volume',
    ],
    ['that cannot be written', { record: [':/pgvigil-guard:ro'] }, 'cannot be written'],
  ])('a record %s is refused at the first start, and at the second', SLOW, async (what, changes, why) => {
    const db = project(what, layout, changes);
    const first = await db.upEnds();
    expect(first.code).not.toBe(0);
    expect(first.said).toContain(why);
    expect((await db.startEnds()).code).not.toBe(0);
    await db.down('-v');
  });

  test('a damaged record is refused, and stays as it is', async () => {
    const db = project('damaged', layout);
    writeFileSync(join(db.guard, 'identity.json'), '{"schema": 1, "systemIdent');
    expect((await db.upEnds()).said).toContain('damaged');
    expect(readFileSync(join(db.guard, 'identity.json'), 'utf8')).toBe('{"schema": 1, "systemIdent');
    await db.down('-v');
  });

  test(
    'as the entrypoint it remembers a cluster that was there before it, and refuses the next one',
    SLOW,
    async () => {
      const db = project('from before', layout);
      await db.up();
      const first = await db.identifier();
      await db.down();
      rmSync(join(db.guard, 'identity.json'));
      await db.up(true);
      expect(await db.identifier()).toBe(first);
      expect(db.record()).toMatchObject({ systemIdentifier: first, history: [{ event: 'adopted' }] });
      await db.down('-v');
      expect(await db.upEnds(true)).toMatchObject({ code: 1, said: expect.stringContaining(first) });
      await db.down('-v');
    },
  );

  test('as the entrypoint it leaves other programs alone', async () => {
    const db = project('another program', layout, { entrypoint: true, record: [] });
    await db.up(true, ['echo', 'a look around']);
    expect(await waitFor('it was said', 30_000, async () => (await db.said()) || undefined)).toBe(
      'a look around\n',
    );
    await db.down('-v');
  });
});
