import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Secret } from '../../src/model/secret.ts';
import { parseText, problemsOf, warningsOf } from '../kit/config.ts';
import { BAD_FILES } from './bad-files.ts';

const MINIMAL = 'servers:\n  - name: main\n    url: postgres://db\n';

/** The only server of a text that is right. */
function serverOf(text: string, world = {}) {
  const parsed = parseText(text, world);
  if (!parsed.ok) throw new Error(problemsOf(parsed).join('\n'));
  const [server] = parsed.config.servers;
  if (server === undefined) throw new Error('no server');
  return server;
}

const serverWith = (url: string, more = ''): string => `servers:\n  - name: main\n    url: ${url}\n${more}`;

describe('a file that is wrong', () => {
  test.each(Object.entries(BAD_FILES))('%s', (_, { text, world, problems }) => {
    expect(problemsOf(parseText(text, world))).toEqual(problems);
    expect(problems.length).toBeGreaterThan(0);
  });

  test('nesting without end is one problem, wherever the parser gives up', () => {
    const problems = problemsOf(parseText('['.repeat(20_000)));
    expect(problems).toEqual([expect.stringMatching(/^1:\d+: .*nested too deeply/)]);
  });

  test('a megabyte of anything is no configuration', () => {
    expect(problemsOf(parseText('#'.repeat(1_048_577)))).toEqual([
      expect.stringContaining('larger than 1 MiB'),
    ]);
  });

  test('whatever the text, there is a config or a problem with a line inside it, and nothing is thrown', {
    timeout: 30_000,
  }, () => {
    const piece = fc.constantFrom(
      ...['servers:', '\n', '  ', '- ', 'name: a', 'url: postgres://u:p@h/d', 'docker: ', 'false', '{', '}'],
      ...[
        '[',
        ']',
        '"',
        "'",
        '&a ',
        '*a',
        '!!x ',
        '\t',
        ': ',
        '? ',
        '---',
        '<<: ',
        '__proto__: ',
        '#',
        '|',
        'null',
      ],
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece).map((pieces) => pieces.join('')),
        ),
        (text) => {
          const parsed = parseText(text);
          const lines = text.split('\n').length + 1;
          const listed = parsed.ok ? parsed.warnings : parsed.problems;
          expect(listed.every(({ line }) => line !== undefined && line >= 1 && line <= lines)).toBe(true);
          expect(parsed.ok || parsed.problems.length > 0).toBe(true);
        },
      ),
      { numRuns: 1000 },
    );
  });
});

describe('a file that is right', () => {
  test('a name and a url are enough: everything else has its default', () => {
    const parsed = parseText(MINIMAL);
    expect(parsed).toEqual({
      ok: true,
      warnings: [],
      config: {
        servers: [
          {
            name: 'main',
            host: 'db',
            port: 5432,
            user: 'pgvigil',
            password: undefined,
            database: 'postgres',
            tls: { mode: 'disable', ca: undefined, cert: undefined, key: undefined },
            databases: { expect: [], learn: true, learnAfterMs: 3_600_000, ignore: [] },
            docker: { container: undefined, volume: undefined },
            identity: { systemIdentifier: undefined },
          },
        ],
        docker: {
          enabled: true,
          host: 'unix:///var/run/docker.sock',
          discover: false,
          discoverCredentials: 'none',
        },
        backups: [],
        filesystems: { include: ['/'], exclude: [] },
        intervals: {
          presence: 1000,
          connect: 10_000,
          docker: 5000,
          filesystems: 5000,
          sizes: 60_000,
          backups: 60_000,
        },
        timeouts: { connect: 5000, query: 3000, docker: 2000, filesystem: 2000 },
        state: { directory: '/var/lib/pgvigil' },
        limits: { servers: 100, databases: 5000, volumes: 500, filesystems: 200 },
        alertmanager: {
          urls: [],
          labels: {},
          dashboardUrl: 'http://localhost:3000',
          basicAuth: undefined,
          ca: undefined,
        },
        web: { listenAddress: '127.0.0.1:10187', enableLifecycle: false },
      },
    });
  });

  test('a part of a section leaves the defaults of the rest', () => {
    const parsed = parseText(`${MINIMAL}intervals: { presence: 500ms }\n`);
    expect(parsed.ok && parsed.config.intervals).toMatchObject({ presence: 500, connect: 10_000 });
  });

  test('the config is frozen to the bottom', () => {
    const parsed = parseText(MINIMAL);
    if (!parsed.ok) throw new Error('not parsed');
    expect(() => Object.assign(parsed.config.servers[0] ?? {}, { name: 'other' })).toThrow(TypeError);
    expect(() => Object.assign(parsed.config.servers[0]?.databases ?? {}, { learn: false })).toThrow(
      TypeError,
    );
  });

  test('docker: false turns it off', () => {
    const parsed = parseText(`${MINIMAL}docker: false\n`);
    expect(parsed.ok && parsed.config.docker.enabled).toBe(false);
  });

  test('expressions match anywhere, and by code point', () => {
    const { databases } = serverOf(
      serverWith('postgres://db', "    databases: { ignore: ['_t.st$', '^.$'] }\n"),
    );
    expect(databases.ignore.map((expression) => expression.test('app_test'))).toEqual([true, false]);
    expect(databases.ignore[1]?.test('🐘')).toBe(true);
  });

  test('anchors and aliases carry settings from one server to the next', () => {
    const parsed = parseText(
      `servers:\n  - name: a\n    url: postgres://one\n    databases: &all { expect: [x] }\n  - { name: b, url: postgres://two, databases: *all }\n`,
    );
    expect(parsed.ok && parsed.config.servers.map(({ databases }) => databases.expect)).toEqual([
      ['x'],
      ['x'],
    ]);
  });

  test('a relative path counts from the directory of the file', () => {
    const parsed = parseText(`${MINIMAL}state: { directory: ./state }\n`);
    expect(parsed.ok && parsed.config.state.directory).toBe('state');
  });

  test.each([
    [':10187', '0.0.0.0:10187'],
    ['"[::1]:0"', '[::1]:0'],
  ])('listen address %s', (written, address) => {
    const parsed = parseText(`${MINIMAL}web: { listen_address: ${written} }\n`);
    expect(parsed.ok && parsed.config.web.listenAddress).toBe(address);
  });
});

describe('discovery', () => {
  test('needs no server that is written down', () => {
    const parsed = parseText('docker: { discover: true, discover_credentials: environment }\n');
    expect(parsed).toMatchObject({
      ok: true,
      warnings: [],
      config: { servers: [], docker: { discover: true, discoverCredentials: 'environment' } },
    });
  });

  test('is off without being asked for, and then a server is needed', () => {
    const text = `${MINIMAL}docker: { discover: false }\nbackups: []\nalertmanager: { urls: [], labels: {} }\n`;
    expect(parseText(text)).toMatchObject({ ok: true, warnings: [] });
    expect(parseText('docker: { discover: false }\n').ok).toBe(false);
    expect(problemsOf(parseText('docker: { discover: true, discover_credentials: all }\n'))).toEqual([
      '1:49: docker.discover_credentials: must be `none` or `environment`',
    ]);
  });
});

describe('alertmanager', () => {
  const read = (section: string) => {
    const files = { '/am': 'word\n', '/ca': '-----BEGIN CERTIFICATE-----' };
    const parsed = parseText(`${MINIMAL}alertmanager: ${section}\n`, { files });
    return { alertmanager: parsed.ok ? parsed.config.alertmanager : undefined, parsed };
  };

  test('urls lose the slash at their end; the password and the certificates are read', () => {
    const { alertmanager } = read(
      '{ urls: [HTTPS://am/x/], labels: { a: b }, dashboard_url: http://g/, basic_auth: { username: me, password_file: /am }, ca_file: /ca }',
    );
    expect(alertmanager).toMatchObject({
      urls: ['https://am/x'],
      labels: { a: 'b' },
      dashboardUrl: 'http://g',
      ca: '-----BEGIN CERTIFICATE-----',
    });
    expect(alertmanager?.basicAuth?.password.reveal()).toBe('word');
  });

  test('certificates without anything to trust them for are told', () => {
    expect(warningsOf(read('{ urls: [http://am], ca_file: /ca }').parsed)).toEqual([
      '4:45: alertmanager.ca_file: has no effect: none of the urls begins with https://',
    ]);
  });
});

describe('the password of a server', () => {
  const passwordOf = (text: string, world = {}): string | undefined =>
    serverOf(text, world).password?.reveal();
  const files = { '/run/pg': 'from file\r\n', '/run/pgpass': 'db:*:*:pgvigil:from passfile\n' };

  test.each([
    ['the url, percent-decoded', serverWith('postgres://u:a%40b%2F%3A@db'), {}, 'a@b/:'],
    ['password', serverWith('postgres://u@db', '    password: plain\n'), {}, 'plain'],
    ['password_file', serverWith('postgres://u@db', '    password_file: /run/pg\n'), { files }, 'from file'],
    ['passfile', serverWith('postgres://db', '    passfile: /run/pgpass\n'), { files }, 'from passfile'],
    ['PGPASSWORD', MINIMAL, { env: { PGPASSWORD: 'from env' } }, 'from env'],
    ['PGPASSFILE', MINIMAL, { env: { PGPASSFILE: '/run/pgpass' }, files }, 'from passfile'],
    [
      'PGPASSWORD before PGPASSFILE',
      MINIMAL,
      { env: { PGPASSWORD: 'e', PGPASSFILE: '/run/pgpass' }, files },
      'e',
    ],
    ['the file before PGPASSWORD', serverWith('postgres://u:p@db'), { env: { PGPASSWORD: 'e' } }, 'p'],
    ['nowhere', MINIMAL, {}, undefined],
  ])('%s', (_, text, world, password) => {
    expect(passwordOf(text, world)).toBe(password);
  });

  test('is a secret', () => {
    expect(serverOf(serverWith('postgres://u:p@db')).password).toBeInstanceOf(Secret);
  });

  test('in the url is allowed, with a warning that points at it', () => {
    expect(warningsOf(parseText(serverWith('postgres://u:p@db')))).toEqual([
      '3:10: servers[0].url: holds a password: move it to a file and name that in `password_file`',
    ]);
  });

  test('a relative file counts from the directory of the config', () => {
    const world = { files: { 'secrets/pg': 'x' } };
    expect(passwordOf(serverWith('postgres://db', '    password_file: secrets/pg\n'), world)).toBe('x');
  });

  test('a passfile without a line for the server is a warning', () => {
    const world = { files: { '/run/pgpass': 'other:*:*:*:x\n' } };
    const parsed = parseText(serverWith('postgres://db', '    passfile: /run/pgpass\n'), world);
    expect(warningsOf(parsed)).toEqual([
      '4:15: servers[0].passfile: the file named here has no line for this host, port, database and user: add one',
    ]);
  });

  test('a passfile that a group may read is taken', () => {
    const world = { files, modes: { '/run/pgpass': 0o640 } };
    expect(passwordOf(serverWith('postgres://db', '    passfile: /run/pgpass\n'), world)).toBe(
      'from passfile',
    );
  });
});

describe('PGVIGIL_URL beside a file', () => {
  test('replaces the url of the first server, right or wrong, and leaves the second one', () => {
    const text = `${serverWith('mysql://nonsense')}  - name: second\n    url: postgres://two\n`;
    const parsed = parseText(text, { env: { PGVIGIL_URL: 'postgres://other:5433/x' } });
    expect(parsed.ok && parsed.config.servers.map(({ name, host, port }) => [name, host, port])).toEqual([
      ['main', 'other', 5433],
      ['second', 'two', 5432],
    ]);
  });

  test('brings its own password', () => {
    const text = serverWith('postgres://db', '    password_file: /not/there\n');
    const server = serverOf(text, { env: { PGVIGIL_URL: 'postgres://u:own@db' } });
    expect(server.password?.reveal()).toBe('own');
  });

  test('that is wrong is reported under its own name', () => {
    const parsed = parseText(MINIMAL, { env: { PGVIGIL_URL: 'mysql://x' } });
    expect(problemsOf(parsed)).toEqual([
      'environment: PGVIGIL_URL: must begin with postgres:// or postgresql://: write postgres://USER@HOST:5432/DATABASE',
    ]);
  });

  test('gives the server to a file that has none', () => {
    const parsed = parseText('web: { enable_lifecycle: true }\n', {
      env: { PGVIGIL_URL: 'postgres://db/app' },
    });
    expect(parsed.ok && parsed.config.servers).toMatchObject([
      { name: 'main', databases: { expect: ['app'] } },
    ]);
    expect(parsed.ok && parsed.config.web.enableLifecycle).toBe(true);
  });

  test('may not hold several URLs', () => {
    const parsed = parseText(MINIMAL, { env: { PGVIGIL_URL: 'postgres://a postgres://b' } });
    expect(problemsOf(parsed)).toHaveLength(1);
  });
});
