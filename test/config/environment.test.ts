import { describe, expect, test } from 'vitest';
import { parseEnvironment } from '../../src/config/environment.ts';
import { type MemoryWorld, memoryDeps, problemsOf, warningsOf } from '../kit/config.ts';

const parse = (env: Readonly<Record<string, string>>, world: MemoryWorld = {}) =>
  parseEnvironment(memoryDeps({ ...world, env }));

/** The config of an environment that is right. */
function configOf(env: Readonly<Record<string, string>>, world: MemoryWorld = {}) {
  const parsed = parse(env, world);
  if (!parsed.ok) throw new Error(problemsOf(parsed).join('\n'));
  return parsed.config;
}

const names = (url: string): readonly string[] =>
  configOf({ PGVIGIL_URL: url }).servers.map(({ name }) => name);

describe('the environment alone', () => {
  test('one URL is enough: the server is main, learns, and its database is expected', () => {
    const parsed = parse({ PGVIGIL_URL: 'postgres://u:p@db/app' });
    expect(parsed).toMatchObject({
      ok: true,
      warnings: [],
      config: {
        servers: [{ name: 'main', host: 'db', database: 'app', databases: { expect: ['app'], learn: true } }],
        state: { directory: '/var/lib/pgvigil' },
        docker: { enabled: true, host: 'unix:///var/run/docker.sock' },
      },
    });
  });

  test.each(['postgres', 'template1', 'template0', ''])('the database %j is not expected', (database) => {
    expect(configOf({ PGVIGIL_URL: `postgres://db/${database}` }).servers[0]?.databases.expect).toEqual([]);
  });

  test('several URLs, separated by commas or spaces, are called by their hosts', () => {
    expect(names('postgres://one/a,postgres://two/b  postgresql://three/c,')).toEqual([
      'one',
      'two',
      'three',
    ]);
    expect(names('postgres://one:1 postgres://one:2, postgres://two')).toEqual(['one:1', 'one:2', 'two']);
    expect(names('postgres:///a?host=/tmp postgres://two')).toEqual(['localhost', 'two']);
  });

  test('a comma in a password does not cut the URL in two', () => {
    const { servers } = configOf({ PGVIGIL_URL: 'postgres://u:a,b@one postgres://two' });
    expect(servers.map(({ password }) => password?.reveal())).toEqual(['a,b', undefined]);
  });

  test('PGVIGIL_EXPECT names more databases', () => {
    const env = { PGVIGIL_URL: 'postgres://db/app', PGVIGIL_EXPECT: 'one, two,,app ' };
    expect(configOf(env).servers[0]?.databases.expect).toEqual(['one', 'two', 'app']);
  });

  test('PGVIGIL_PASSWORD_FILE holds the password of a URL without one', () => {
    const files = { '/run/pg': 'from file\n' };
    const env = { PGVIGIL_PASSWORD_FILE: '/run/pg', PGVIGIL_URL: 'postgres://u:own@one postgres://two' };
    const passwords = configOf(env, { files }).servers.map(({ password }) => password?.reveal());
    expect(passwords).toEqual(['own', 'from file']);
  });

  test('PGVIGIL_STATE_DIRECTORY', () => {
    const env = { PGVIGIL_URL: 'postgres://db', PGVIGIL_STATE_DIRECTORY: '/srv/state' };
    expect(configOf(env).state.directory).toBe('/srv/state');
  });

  test('PGVIGIL_ALERTMANAGER_URLS', () => {
    const urls = 'http://one:9093, https://two/path';
    const { alertmanager } = configOf({ PGVIGIL_URL: 'postgres://db', PGVIGIL_ALERTMANAGER_URLS: urls });
    expect(alertmanager.urls).toHaveLength(2);
  });

  test('PGVIGIL_DASHBOARD_URL, alone and beside the addresses of Alertmanager', () => {
    const server = { PGVIGIL_URL: 'postgres://db', PGVIGIL_DASHBOARD_URL: 'https://grafana.example.org/' };
    const both = { ...server, PGVIGIL_ALERTMANAGER_URLS: 'http://one:9093' };
    const of = (env: Readonly<Record<string, string>>) => {
      const { urls, dashboardUrl } = configOf(env).alertmanager;
      return [urls.length, dashboardUrl];
    };
    expect(of(server)).toEqual([0, 'https://grafana.example.org']);
    expect(of(both)).toEqual([1, 'https://grafana.example.org']);
    expect(of({ ...both, PGVIGIL_DASHBOARD_URL: '' })).toEqual([1, 'http://localhost:3000']);
  });

  test('PGVIGIL_FILESYSTEMS takes the place of /', () => {
    const include = (text: string): readonly string[] =>
      configOf({ PGVIGIL_URL: 'postgres://db', PGVIGIL_FILESYSTEMS: text }).filesystems.include;
    expect(include('/var/lib/docker, /srv/**')).toEqual(['/var/lib/docker', '/srv/**']);
    expect(include('')).toEqual(['/']);
  });

  test.each([
    [{ DOCKER_HOST: 'tcp://proxy:2375' }, { enabled: true, host: 'tcp://proxy:2375' }],
    [
      { DOCKER_HOST: 'tcp://a:1', PGVIGIL_DOCKER_HOST: 'unix:///b' },
      { enabled: true, host: 'unix:///b' },
    ],
    [{ PGVIGIL_DOCKER_HOST: 'false' }, { enabled: false }],
    [{ DOCKER_HOST: '' }, { enabled: true, host: 'unix:///var/run/docker.sock' }],
    [{ DOCKER_HOST: 'ssh://me@box' }, { enabled: false }],
    [{ PGVIGIL_DOCKER_DISCOVER: 'true' }, { discover: true, discoverCredentials: 'none' }],
    [{ PGVIGIL_DOCKER_DISCOVER: 'false' }, { discover: false }],
    [
      {
        PGVIGIL_DOCKER_DISCOVER: 'true',
        PGVIGIL_DOCKER_DISCOVER_CREDENTIALS: 'environment',
        PGVIGIL_DOCKER_HOST: 'tcp://proxy:2375',
      },
      { host: 'tcp://proxy:2375', discover: true, discoverCredentials: 'environment' },
    ],
  ])('Docker with %o', (env, docker) => {
    expect(configOf({ PGVIGIL_URL: 'postgres://db', ...env }).docker).toMatchObject(docker);
  });

  test('discovery needs no URL, and Docker', () => {
    expect(configOf({ PGVIGIL_DOCKER_DISCOVER: 'true' }).servers).toEqual([]);
    const off = {
      PGVIGIL_URL: 'postgres://db',
      PGVIGIL_DOCKER_HOST: 'false',
      PGVIGIL_DOCKER_DISCOVER: 'true',
    };
    expect(warningsOf(parse(off))).toEqual([
      'environment: PGVIGIL_DOCKER_DISCOVER: has no effect, for Docker is not looked at',
    ]);
  });

  test('a DOCKER_HOST we cannot use is a warning', () => {
    expect(warningsOf(parse({ PGVIGIL_URL: 'postgres://db', DOCKER_HOST: 'ssh://box' }))).toEqual([
      'environment: DOCKER_HOST: is no unix:// or tcp:// address, so Docker is not looked at: set PGVIGIL_DOCKER_HOST',
    ]);
  });

  test.each([
    [{}, ['PGVIGIL_URL: no server is named']],
    [{ PGVIGIL_URL: 'db' }, ['PGVIGIL_URL: must begin with postgres://']],
    [{ PGVIGIL_URL: 'postgres://a:0 postgres://b:0' }, ['PGVIGIL_URL: has a port']],
    [{ PGVIGIL_URL: 'postgres://a postgres://a' }, ['PGVIGIL_URL: is the name of servers[0] already']],
    [{ PGVIGIL_URL: 'postgres://a postgres://b', PGVIGIL_EXPECT: 'x' }, ['PGVIGIL_EXPECT: has no effect']],
    [{ PGVIGIL_URL: 'postgres://a', PGVIGIL_EXPECT: 'x'.repeat(64) }, ['PGVIGIL_EXPECT: is longer than']],
    [{ PGVIGIL_URL: `postgres://a/${'x'.repeat(64)}` }, ['PGVIGIL_URL: is longer than']],
    [
      { PGVIGIL_URL: 'postgres://a', PGVIGIL_PASSWORD_FILE: '/x' },
      ['PGVIGIL_PASSWORD_FILE: cannot read /x (ENOENT)'],
    ],
    [
      { PGVIGIL_URL: 'postgres://a', PGVIGIL_DOCKER_HOST: 'box' },
      ['PGVIGIL_DOCKER_HOST: must be unix:///PATH'],
    ],
    [{ PGVIGIL_DOCKER_DISCOVER: 'yes' }, ['PGVIGIL_DOCKER_DISCOVER: must be `true` or `false`']],
    [{ PGVIGIL_URL: 'postgres://a', DOCKER_HOST: 'tcp://box' }, ['DOCKER_HOST: must be unix:///PATH']],
    [{ PGVIGIL_URL: 'postgres://a', PGVIGIL_STATE_DIRECTORY: ' ' }, ['PGVIGIL_STATE_DIRECTORY: is empty']],
    [{ PGVIGIL_URL: 'postgres://a', PGVIGIL_FILESYSTEMS: 'disk' }, ['PGVIGIL_FILESYSTEMS: must be']],
    [
      { PGVIGIL_URL: 'postgres://a', PGVIGIL_ALERTMANAGER_URLS: 'http://a,\u0007' },
      ['PGVIGIL_ALERTMANAGER_URLS: must begin with http:// or https://'],
    ],
    [
      { PGVIGIL_URL: 'postgres://a', PGVIGIL_DASHBOARD_URL: 'grafana' },
      ['PGVIGIL_DASHBOARD_URL: must begin with http:// or https://'],
    ],
  ])('%o is reported under the name of the variable', (env, problems) => {
    const wanted = problems.map((problem) => expect.stringContaining(`environment: ${problem}`));
    expect(problemsOf(parse(env as Record<string, string>))).toEqual(wanted);
  });
});
