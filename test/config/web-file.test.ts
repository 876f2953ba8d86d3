import { describe, expect, test } from 'vitest';
import { describeWebAccess } from '../../src/config/describe-web.ts';
import { formatProblem } from '../../src/config/problem.ts';
import { parseWebFile } from '../../src/config/web-file.ts';
import type { WebAccess } from '../../src/model/web-access.ts';

const HASH = '$2y$10$QUqUCaMDIETZ9rv8hOFVcuuYk1QHqtgUP1mD9BJqhLvDYrWwKYzq2';
const deps = {
  now: 0,
  readFile: () => {
    throw Object.assign(new Error('none'), { code: 'ENOENT' });
  },
};
const parse = (text: string) => parseWebFile(text, 'web.yml', deps);

function good(text: string): { access: WebAccess; warnings: readonly string[] } {
  const parsed = parse(text);
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('\n'));
  return { access: parsed.config, warnings: parsed.warnings.map(formatProblem) };
}
function problems(text: string): readonly string[] {
  const parsed = parse(text);
  return parsed.ok ? [] : parsed.problems.map(formatProblem);
}

describe('a web file', () => {
  test('that is empty lets everybody in', () => {
    for (const text of ['', '# nothing\n', '{}', 'http_server_config: {}']) {
      expect(good(text).access).toEqual({
        tls: undefined,
        users: new Map(),
        headers: {},
        rateLimit: undefined,
      });
    }
  });

  test('has users, headers and a limit', () => {
    const { access, warnings } = good(
      [
        'http_server_config:',
        '  http2: false',
        '  headers:',
        "    Content-Security-Policy: default-src 'self'",
        "    X-XSS-Protection: ''",
        '    Strict-Transport-Security: max-age=31536000',
        'basic_auth_users:',
        `  prometheus: ${HASH}`,
        `  somebody: '${HASH.replace('2y', '2b')}'`,
        'rate_limit: { interval: 500ms, burst: 20 }',
      ].join('\n'),
    );
    expect(warnings).toEqual([]);
    expect([...access.users.keys()]).toEqual(['prometheus', 'somebody']);
    expect(access.users.get('prometheus')?.reveal()).toBe(HASH);
    expect(access.headers).toEqual({
      'content-security-policy': "default-src 'self'",
      'strict-transport-security': 'max-age=31536000',
    });
    expect(access.rateLimit).toEqual({ intervalMs: 500, burst: 20 });
  });

  test('has no limit for an interval of 0', () => {
    expect(good('rate_limit: { interval: 0s, burst: 5 }').access.rateLimit).toBeUndefined();
  });

  test('is described without its secrets', () => {
    const text = describeWebAccess(good(`basic_auth_users: { prometheus: ${HASH} }`).access);
    expect(text).toContain('prometheus: "***"');
    expect(text).not.toContain('$2y');
  });

  test('may ask for what is not done, and is told so', () => {
    expect(good('http_server_config: { http2: true }').warnings).toEqual([
      'web.yml:1:30: http_server_config.http2: has no effect: pgvigil speaks HTTP/1.1, which every client falls back to',
    ]);
  });

  test.each([
    [
      'hashes of different costs',
      `basic_auth_users: { a: ${HASH}, b: ${HASH.replace('$10$', '$11$')} }`,
      /different costs/,
    ],
    [
      'a hash that is guessed fast',
      `basic_auth_users: { a: ${HASH.replace('$10$', '$05$')} }`,
      /cost below 10/,
    ],
  ])('is warned of %s', (_, text, warning) => {
    expect(good(text).warnings.join('\n')).toMatch(warning);
  });
});

describe('a web file is refused, with its line, for', () => {
  test.each([
    [
      'an unknown key',
      'tls_config: {}',
      /^web\.yml:1:1: tls_config: `tls_config` is no key .* `tls_server_config`/,
    ],
    [
      'an unknown key inside',
      'http_server_config:\n  header: {}',
      /^web\.yml:2:3: .*did you mean `headers`\?/,
    ],
    [
      'another header',
      'http_server_config:\n  headers:\n    X-Other: a',
      /^web\.yml:3:5: http_server_config\.headers: this is no key that is known here/,
    ],
    [
      'a header of two lines',
      'http_server_config:\n  headers:\n    X-Frame-Options: "a\\nb"',
      /^web\.yml:3:22: .*printable ASCII/,
    ],
    [
      'a password in place of a hash',
      'basic_auth_users:\n  prometheus: C4n4ry',
      /^web\.yml:2:15: basic_auth_users: is no bcrypt hash: make one with `htpasswd/,
    ],
    [
      'a hash that would take minutes',
      `basic_auth_users:\n  a: ${HASH.replace('$10$', '$20$')}`,
      /^web\.yml:2:6: .*cost above 14/,
    ],
    ['a name with a colon', `basic_auth_users:\n  "a:b": ${HASH}`, /^web\.yml:2:10: .*no colon/],
    [
      'an old TLS',
      'tls_server_config:\n  min_version: TLS10',
      /^web\.yml:2:16: .*must be `TLS12` or `TLS13`/,
    ],
    [
      'a cipher that is none',
      'tls_server_config:\n  cipher_suites: [TLS_RSA_WITH_RC4_128_SHA]',
      /^web\.yml:2:19: tls_server_config\.cipher_suites\[0\]: must be `TLS_ECDHE/,
    ],
    [
      'another client policy',
      'tls_server_config:\n  client_auth_type: always',
      /^web\.yml:2:21: .*must be `NoClientCert`/,
    ],
    [
      'a burst of nothing',
      'rate_limit:\n  interval: 1s\n  burst: 0',
      /^web\.yml:3:10: rate_limit\.burst: must be 1 or more/,
    ],
    ['a duration without unit', 'rate_limit:\n  interval: 5', /^web\.yml:2:13: .*must be a duration/],
    ['TLS without a certificate', 'tls_server_config: {}', /needs `cert_file`/],
    [
      'a file that is not there',
      'tls_server_config:\n  cert_file: ./a.crt\n  key_file: ./a.key',
      /^web\.yml:2:14: tls_server_config\.cert_file: cannot read a\.crt \(ENOENT\): there is no such file/,
    ],
    ['something that is no mapping', '- a', /must be a mapping/],
    ['broken YAML', 'tls_server_config: {', /^web\.yml:\d+/],
    ['nonsense that holds a secret', 'basic_auth_users: { C4n4ry,b: C4n4ry }', /bcrypt|quotes/],
  ])('%s', (_, text, expected) => {
    const found = problems(text);
    expect(found.join('\n')).toMatch(expected);
    expect(found.join('\n')).not.toContain('C4n4ry');
  });
});
