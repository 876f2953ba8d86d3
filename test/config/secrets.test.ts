import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { describeConfig } from '../../src/config/describe.ts';
import { parseEnvironment } from '../../src/config/environment.ts';
import { memoryDeps, parseText, problemsOf, warningsOf } from '../kit/config.ts';

const CANARY = 'kanarienvogel';

/** Everything that anybody can print of an outcome. */
function printed(parsed: ReturnType<typeof parseText>): string {
  const described = parsed.ok ? describeConfig(parsed.config) : '';
  return [
    JSON.stringify(parsed),
    inspect(parsed, { depth: null, showHidden: true }),
    ...problemsOf(parsed),
    ...warningsOf(parsed),
    described,
  ].join('\n');
}

const entry = (lines: string): string => `servers:\n  - name: main\n${lines.replaceAll(/^/gm, '    ')}\n`;

/** Ways to write a password down wrongly, or rightly; `@` marks where it is. */
const URLS = [
  'postgres://u:@CANARY@db/app',
  'postgres://u:CANARY@db',
  'postgres//u:CANARY@db/app',
  'postgres:u:CANARY@db/app',
  'u:CANARY@db/app',
  'mysql://u:CANARY@db/app',
  'postgres://u:CANARY@db:99999/app',
  'postgres://u:CANARY@db:port/app',
  'postgres://u:CANARY@@db/app',
  'postgres://u:1@CANARY@db/app',
  'postgres://u:1/CANARY@db/app',
  'postgres://u:12/CANARY@db',
  'postgres://u:1?CANARY@db/app',
  'postgres://u:1#CANARY@db/app',
  'postgres://u:1?CANARY',
  'postgres://u:1?CANARY=1',
  'postgres://u:1%CANARY@db/app',
  'postgres://u:CANARY:5432/app',
  'postgres://u:CANARY',
  'postgres://u:CANARY@/app',
  'postgres://u:CANARY@',
  'postgres://u:CANARY@[::1/app',
  'postgres://u:CANARY@db/app/more',
  'postgres://u:CANARY@db/app?sslmode=require',
  'postgres://u:CANARY@db/app?schema=x',
  'postgres://u:CANARY@one,two/app',
  'postgres://u@db/app?password=CANARY',
  'postgres://u@db/app?pasword=CANARY',
  'postgres://u@db/app?password=CANARY%',
  'postgres://u:a,CANARY@db/app',
  'postgres://u:a CANARY@db/app',
  'postgres://u:a&CANARY@db/app',
  'jdbc:postgresql://db/app?user=u&password=CANARY',
  'host=db user=u password=CANARY',
].map((url) => url.replace('CANARY', CANARY));

const FILES = [
  'password: CANARY',
  'password: [CANARY]',
  'password: { CANARY: 1 }',
  'password: !CANARY x',
  'password: *CANARY',
  'password: &CANARY',
  'password: "CANARY',
  'password: "\\qCANARY"',
  'password: @CANARY',
  'password: `CANARY',
  'password: %CANARY',
  'password: a: CANARY',
  'password: {{ CANARY }}',
  'password: { { CANARY: 1 } }',
  '? { password: CANARY }\n: x',
  '? [CANARY]\n: x',
  'password:CANARY',
  'passwd: CANARY',
  'pasword: CANARY',
  'secret: CANARY',
  'password: |\n  CANARY\nother',
  'password: CANARY\npassword: CANARY',
  'password: CANARY\npassword_file: CANARY',
  'password_file: CANARY',
  'passfile: CANARY',
  'tls: { key_file: CANARY }',
  'tls: CANARY',
  'tls: { mode: CANARY }',
  'databases: { learn_after: CANARY }',
  'databases: { learn: CANARY }',
  'databases: { ignore: ["(CANARY"] }',
  'identity: { system_identifier: CANARY }',
  'docker: CANARY',
  'CANARY',
  '- CANARY',
].map((lines) => lines.replaceAll('CANARY', CANARY));

const FLOW = [
  'servers: [{ name: main, url: postgres://db, password: a,CANARY }]',
  'servers: [{ name: main, url: postgres://db, password: a, CANARY: b }]',
  'servers: [{ name: main, url: postgres://u:a,CANARY@db }]',
  'servers: [{ name: main, url: postgres://u:a}CANARY@db }]',
  'servers: CANARY',
  'docker: { host: "tcp://u:CANARY@h:1" }',
  'web: { listen_address: "u:CANARY@h:1" }',
  'intervals: { presence: CANARY }',
  'limits: { databases: CANARY }',
  'alertmanager: { urls: ["http://u:CANARY@am"], labels: { a: [CANARY] } }',
  'alertmanager: { labels: { CANARY: 1 } }',
  'alertmanager: { labels: { "CANARY!": a } }',
  'alertmanager: { urls: ["http://am/?token=CANARY"] }',
  'alertmanager: { urls: ["http://am/#CANARY"] }',
  'alertmanager: { urls: ["CANARY"], dashboard_url: CANARY }',
  'alertmanager: { urls: ["http://CANARY@am:9093", "http://CANARY@am:9093"] }',
  'alertmanager: { urls: ["https://am"], basic_auth: { username: u, password_file: CANARY }, ca_file: CANARY }',
  'alertmanager: { urls: ["https://am"], basic_auth: { username: u, password: CANARY } }',
  'backups: [CANARY]',
  'backups: [{ password: CANARY }]',
  'filesystems: { include: [CANARY] }',
].map((text) => text.replaceAll('CANARY', CANARY));

describe('no output ever holds a secret', () => {
  test.each(URLS)('the url %j', (url) => {
    expect(printed(parseText(entry(`url: '${url}'`)))).not.toContain(CANARY);
    expect(printed(parseText(entry(`url: ${url}`)))).not.toContain(CANARY);
    expect(printed(parseEnvironment(memoryDeps({ env: { PGVIGIL_URL: url } })))).not.toContain(CANARY);
    const two = `${url}, postgres://second`;
    expect(printed(parseEnvironment(memoryDeps({ env: { PGVIGIL_URL: two } })))).not.toContain(CANARY);
  });

  test.each(FILES)('a server with %j', (lines) => {
    expect(printed(parseText(entry(`url: postgres://db\n${lines}`)))).not.toContain(CANARY);
    expect(printed(parseText(entry(lines)))).not.toContain(CANARY);
  });

  test.each(FLOW)('%s', (text) => {
    expect(printed(parseText(text))).not.toContain(CANARY);
    expect(printed(parseText(`${entry('url: postgres://db')}${text}\n`))).not.toContain(CANARY);
  });

  test('nor does what files hold', () => {
    const files = {
      '/password': `${CANARY}\n${CANARY}`,
      '/passfile': `*:*:*:*:${CANARY}\n${CANARY}`,
      '/pem': CANARY,
      '/key': `-----BEGIN PRIVATE KEY-----\n${CANARY}\n`,
      '/encrypted': `-----BEGIN ENCRYPTED PRIVATE KEY-----\n${CANARY}\n`,
    };
    const written = [
      'password_file: /password',
      'passfile: /passfile',
      'tls: { ca_file: /pem, cert_file: /pem, key_file: /key }',
      'tls: { key_file: /encrypted }',
    ];
    for (const lines of written) {
      expect(printed(parseText(entry(`url: postgres://db\n${lines}`), { files }))).not.toContain(CANARY);
    }
  });

  test('nor a file that breaks while it is read', () => {
    const deps = {
      env: { PGVIGIL_URL: 'postgres://db', PGVIGIL_PASSWORD_FILE: '/pg' },
      readFile: (): string => {
        throw Object.assign(new Error(CANARY), { code: CANARY });
      },
    };
    expect(printed(parseEnvironment(deps))).not.toContain(CANARY);
  });

  test('nor the environment', () => {
    const env = { PGVIGIL_URL: 'postgres://db/app', PGPASSWORD: CANARY, PGPASSFILE: CANARY };
    expect(printed(parseEnvironment(memoryDeps({ env })))).not.toContain(CANARY);
    const { PGPASSWORD: _, ...without } = env;
    expect(printed(parseEnvironment(memoryDeps({ env: without })))).not.toContain(CANARY);
  });

  test('nor a file that was damaged anywhere, and no library prints a warning of its own', {
    timeout: 30_000,
  }, () => {
    const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    const whole = `${entry(`url: 'postgres://u:${CANARY}@db/app?schema=x'\ntls: { mode: disable }`)}docker: false\n`;
    const junk = fc.constantFrom(
      '',
      ' ',
      '\n',
      '@',
      '/',
      ':',
      '?',
      '#',
      '"',
      "'",
      '{',
      '}',
      '[',
      ',',
      '%',
      '!',
      '&',
      '*',
    );
    fc.assert(
      fc.property(fc.nat(whole.length), fc.nat(3), junk, (at, cut, text) => {
        const start = whole.indexOf(CANARY);
        // A canary cut in two is no canary.
        fc.pre(at + cut <= start || at >= start + CANARY.length);
        const parsed = parseText(whole.slice(0, at) + text + whole.slice(at + cut));
        // Without `u:` before it, it is the name of the user by every rule.
        fc.pre(!parsed.ok || !parsed.config.servers[0]?.user.includes(CANARY));
        expect(printed(parsed)).not.toContain(CANARY);
      }),
      { numRuns: 500 },
    );
    for (const lines of FILES) parseText(entry(lines));
    expect(warned).not.toHaveBeenCalled();
    warned.mockRestore();
  });

  test('the trap works: the password is there, and revealing it shows it', () => {
    const parsed = parseText(entry(`url: postgres://u:${CANARY}@db`));
    expect(parsed.ok && parsed.config.servers[0]?.password?.reveal()).toBe(CANARY);
    expect(printed(parsed)).toContain('***');
  });
});
