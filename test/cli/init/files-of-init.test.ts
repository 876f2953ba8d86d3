import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { configText } from '../../../src/cli/init/config-text.ts';
import { envText } from '../../../src/cli/init/env-text.ts';
import type { DockerFound, FoundServer } from '../../../src/cli/init/found.ts';
import { nextSteps } from '../../../src/cli/init/next-steps.ts';
import { roleSql } from '../../../src/cli/init/role-sql.ts';
import { scramVerifier } from '../../../src/cli/init/scram.ts';
import { parseEnvironment } from '../../../src/config/environment.ts';
import { memoryDeps, parseText, problemsOf, warningsOf } from '../../kit/config.ts';
import { expectGolden } from '../../kit/golden.ts';
import { contained, HOSTILE, loginOf, server } from './found.ts';

const DOCKER: DockerFound = {
  kind: 'answers',
  host: 'unix:///var/run/docker.sock',
  rootDirectory: '/var/lib/docker',
};
const ABSENT: DockerFound = { kind: 'absent' };
const ELSEWHERE: DockerFound = {
  kind: 'answers',
  host: 'unix:///run/user/1000/docker.sock',
  rootDirectory: '/home/shop/docker',
};

interface Case {
  readonly name: string;
  readonly servers: readonly FoundServer[];
  readonly docker: DockerFound;
}

const CASES: readonly Case[] = [
  {
    name: 'published-container',
    servers: [contained({ expect: ['simfab_dev'] }, { published: 'everywhere' })],
    docker: DOCKER,
  },
  {
    name: 'hidden-container',
    servers: [
      contained({ host: '172.18.0.2', expect: ['simfab_dev', 'simfab_test'] }, { published: 'nowhere' }),
    ],
    docker: ELSEWHERE,
  },
  { name: 'local', servers: [server()], docker: ABSENT },
  {
    name: 'socket-alone',
    servers: [server({ host: '/var/run/postgresql', port: 5433 })],
    docker: { kind: 'unseen', host: DOCKER.host, why: 'EACCES' },
  },
  {
    name: 'named',
    servers: [
      server({
        from: 'named',
        host: 'db.example.com',
        login: loginOf('postgres://admin:C4n4ry@db.example.com/shop'),
        expect: ['shop'],
        socketDirectory: undefined,
      }),
    ],
    docker: { kind: 'off' },
  },
  {
    name: 'several',
    servers: [
      contained({ name: 'simfab-db', expect: ['simfab_dev', 'more'] }),
      server({ name: 'local', port: 5433, host: '127.0.0.1' }),
    ],
    docker: DOCKER,
  },
  {
    name: 'hostile',
    servers: [
      contained(
        { name: 'a: [b] #c', expect: HOSTILE },
        { image: 'postgres:15\nPGVIGIL_URL=no', network: 'x y' },
      ),
    ],
    docker: { ...ELSEWHERE, rootDirectory: '/a b' },
  },
];

const VERIFIER = scramVerifier('a password', Buffer.alloc(16));
const shipped = readFileSync('postgres/role.sql', 'utf8');
const sqlOf = (servers: readonly FoundServer[]): string =>
  roleSql(shipped, { verifier: VERIFIER, expect: servers.flatMap((one) => one.expect) });
const ROLE_ALONE = sqlOf([]);

test('the role is the committed one', () => {
  expectGolden(ROLE_ALONE, 'test/golden/init/role.sql');
});

describe.each(CASES)('what is written for $name', ({ name, servers, docker }) => {
  const config = configText({ servers, docker, stateDirectory: '/var/lib/pgvigil' });
  const env = envText({ servers, docker });

  test('is the committed one', () => {
    expectGolden(config, `test/golden/init/${name}.yml`);
    expectGolden(env, `test/golden/init/${name}.env`);
    // The role is the same for all, and the committed one below; then comes what is of this case.
    const sql = sqlOf(servers);
    expect(sql.startsWith(ROLE_ALONE)).toBe(true);
    expectGolden(sql.slice(ROLE_ALONE.length), `test/golden/init/${name}.sql`);
    const next = { self: 'pgvigil', directory: '', isRoot: false, hasCompose: true, servers };
    const urlIsSet = servers.some(({ from }) => from === 'named');
    expectGolden(nextSteps({ ...next, urlIsSet }), `test/golden/init/${name}.txt`);
  });

  test('the configuration is right, without a warning, and expects what was found', () => {
    const parsed = parseText(config, { files: { 'secrets/pgvigil/postgres': 'a password\n' } });
    expect([problemsOf(parsed), warningsOf(parsed)]).toEqual([[], []]);
    if (!parsed.ok) return;
    for (const [index, one] of servers.entries()) {
      const { databases, ...found } = parsed.config.servers[index] ?? expect.fail('a server is missing');
      expect(databases.expect).toEqual(one.expect);
      expect(found).toMatchObject({ host: one.host, port: one.port, name: one.name, user: 'pgvigil' });
    }
    expect(parsed.config.servers).toHaveLength(servers.length);
  });

  test('every line of .env is harmless to every reader, and the variables are right', () => {
    const lines = env.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    for (const line of lines) expect(line).toMatch(/^[A-Z_]+=[\w@%+=:,./?-]*$/);
    const variables = Object.fromEntries(lines.map((line) => line.split(/=(.*)/s).slice(0, 2)));
    const files = { '/run/secrets/postgres': 'a password\n' };
    const parsed = parseEnvironment(memoryDeps({ env: variables, files }));
    expect([problemsOf(parsed), warningsOf(parsed)]).toEqual([[], []]);
    const [first = ''] = servers[0]?.expect ?? [];
    if (parsed.ok && first !== '') expect(parsed.config.servers[0]?.databases.expect).toContain(first);
  });
});

test('no secret of the login is in what is written', () => {
  for (const { servers, docker } of CASES)
    expect(
      configText({ servers, docker, stateDirectory: 's' }) + envText({ servers, docker }) + sqlOf(servers),
    ).not.toContain('C4n4ry');
});

test('the variables of .env are those of the compose file', () => {
  const compose = readFileSync('docker-compose.monitoring.yml', 'utf8');
  const written = CASES.flatMap((one) =>
    [...envText(one).matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name ?? ''),
  );
  expect(new Set(written).size).toBeGreaterThan(6);
  for (const name of written) expect(compose).toContain(`\${${name}:-`);
});
