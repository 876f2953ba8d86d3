import type { MemoryWorld } from '../kit/config.ts';

const server = (more: string): string => `servers:
  - name: main
    url: postgres://db/postgres
${more}`;

/** A file that is wrong, and what a person is told about it: line, column, path and the beginning of the message. */
export interface BadFile {
  readonly text: string;
  readonly world?: MemoryWorld;
  readonly problems: readonly string[];
}

export const BAD_FILES: Readonly<Record<string, BadFile>> = {
  'an empty file': {
    text: '',
    problems: [
      '1:1: servers: no server is named: add one with `name` and `url`, set PGVIGIL_URL, or set docker.discover to true',
    ],
  },
  'only comments': {
    text: '# nothing\n# here\n',
    problems: [
      '1:1: servers: no server is named: add one with `name` and `url`, set PGVIGIL_URL, or set docker.discover to true',
    ],
  },
  'a list instead of a mapping': {
    text: '- a\n- b\n',
    problems: ['1:1: must be a mapping of keys and values'],
  },
  'a text instead of a mapping': { text: 'hello\n', problems: ['1:1: must be a mapping of keys and values'] },
  'no servers': {
    text: 'servers: []\nstate: { directory: /var/lib/x }\n',
    problems: [
      '1:10: servers: no server is named: add one with `name` and `url`, set PGVIGIL_URL, or set docker.discover to true',
    ],
  },
  'empty servers': {
    text: 'servers:\n',
    problems: ['1:1: servers: is empty: give a value, or delete the key'],
  },
  'servers as a mapping': {
    text: 'servers:\n  main:\n    url: postgres://db\n',
    problems: ['2:3: servers: must be a list: write each entry on its own line, after `- `'],
  },
  'a server without name and url': {
    text: 'servers:\n  - databases: { learn: true }\n',
    problems: [
      '2:5: servers[0].name: is missing: add it, it must be text',
      '2:5: servers[0].url: is missing: write postgres://USER@HOST:5432/DATABASE, or set PGVIGIL_URL',
    ],
  },
  'an empty name': {
    text: "servers:\n  - name: ' '\n    url: postgres://db/postgres\n",
    problems: ['2:11: servers[0].name: is empty: give a value, or delete the key'],
  },
  'two servers of one name': {
    text: 'servers:\n  - name: a\n    url: postgres://one\n  - name: a\n    url: postgres://two\n',
    problems: ['4:11: servers[1].name: is the name of servers[0] already: give each server its own'],
  },
  'alertmanagers that cannot be reached so': {
    text: `${server('')}alertmanager:
  urls:
    - am:9093
    - http://user:secret@am:9093
    - http://am:9093/?a=b
    - http://am:99999
    - http://one:9093/
    - http://one:9093
`,
    problems: [
      '6:7: alertmanager.urls[0]: must begin with http:// or https://: write http://HOST:PORT or https://HOST:PORT, with the path where there is one',
      '7:7: alertmanager.urls[1]: holds a user or a password, which could be printed: take it out, and see basic_auth',
      '8:7: alertmanager.urls[2]: has a ? or a #, which has no meaning here: write http://HOST:PORT or https://HOST:PORT, with the path where there is one',
      '9:7: alertmanager.urls[3]: has a port that is no number from 1 to 65535',
      '11:7: alertmanager.urls[5]: is in the list already: name each Alertmanager once',
    ],
  },
  'labels that would make another alert': {
    text: `${server('')}alertmanager:
  labels:
    severity: page
    a-b: c
    d: ''
`,
    problems: [
      '6:5: alertmanager.labels: the label `severity` is given by pgvigil itself: delete it, or choose another name',
      '7:5: alertmanager.labels: a label has letters, digits and _ only, and begins with no digit: choose another name',
      '8:5: alertmanager.labels: a label without a value is none: give it one, or delete it',
    ],
  },
  'a password of alertmanager that is not there': {
    text: `${server('')}alertmanager:
  basic_auth: { username: me, password_file: /none }
`,
    problems: [
      '5:46: alertmanager.basic_auth.password_file: cannot read /none (ENOENT): there is no such file: check the path, and that it is mounted into the container',
    ],
  },
  'a mistyped key': {
    text: server('    databases:\n      lern_after: 1h\n'),
    problems: [
      '5:7: servers[0].databases.lern_after: `lern_after` is no key that is known here: did you mean `learn_after`?',
    ],
  },
  'a key in camel case': {
    text: server('    databases:\n      learnAfter: 1h\n'),
    problems: [
      '5:7: servers[0].databases.learnAfter: `learnAfter` is no key that is known here: did you mean `learn_after`?',
    ],
  },
  'a key in the wrong place': {
    text: server('    expect: [app]\n'),
    problems: [
      '4:5: servers[0].expect: `expect` is no key that is known here: it belongs under `servers[].databases`',
    ],
  },
  'a top-level key indented too far': {
    text: server('    intervals: { presence: 1s }\n'),
    problems: [
      '4:5: servers[0].intervals: `intervals` is no key that is known here: it belongs at the top of the file, not indented',
    ],
  },
  'a host key': {
    text: server('    host: db\n'),
    problems: [
      '4:5: servers[0].host: `host` is no key that is known here: the host is part of `url`: postgres://USER@HOST:5432/DATABASE',
    ],
  },
  'a key nobody knows': {
    text: server('    colour: blue\n'),
    problems: [
      '4:5: servers[0].colour: `colour` is no key that is known here: the keys here are `name`, `url`, `password`, `password_file`, `passfile`, `tls`, `databases`, `docker`, `identity`',
    ],
  },
  'two unknown keys and a wrong value': {
    text: server('    colour: blue\n    nmae: x\nintervals:\n  presence: 1\n'),
    problems: [
      '4:5: servers[0].colour: `colour` is no key that is known here: the keys here are `name`, `url`, `password`, `password_file`, `passfile`, `tls`, `databases`, `docker`, `identity`',
      '5:5: servers[0].nmae: `nmae` is no key that is known here: did you mean `name`?',
      '7:13: intervals.presence: must be a duration with its unit, for example `500ms`, `10s`, `5m`, `1h30m` or `7d`',
    ],
  },
  'a duration without unit': {
    text: server('intervals:\n  presence: 5\n  connect: "10"\n'),
    problems: [
      '5:13: intervals.presence: must be a duration with its unit, for example `500ms`, `10s`, `5m`, `1h30m` or `7d`',
      '6:12: intervals.connect: must be a duration with its unit, for example `500ms`, `10s`, `5m`, `1h30m` or `7d`',
    ],
  },
  'durations that are zero, too short, too long': {
    text: server('intervals:\n  presence: 0s\n  connect: 10ms\n  docker: 25h\n'),
    problems: [
      '5:13: intervals.presence: is too short, or zero: write at least `100ms`, so that the watcher never burdens what it watches',
      '6:12: intervals.connect: is too short, or zero: write at least `100ms`, so that the watcher never burdens what it watches',
      '7:11: intervals.docker: is too long: write at most `1d`',
    ],
  },
  'a fraction of a second': {
    text: server('timeouts:\n  query: 1.5s\n'),
    problems: [
      '5:10: timeouts.query: must be a duration with its unit, for example `500ms`, `10s`, `5m`, `1h30m` or `7d`; fractions are not read: write `1s500ms` instead of `1.5s`',
    ],
  },
  'an empty value': {
    text: server('    databases:\n      expect:\n    docker:\n      container: x\n'),
    problems: ['5:7: servers[0].databases.expect: is empty: give a value, or delete the key'],
  },
  'a yes instead of true': {
    text: server('    databases:\n      learn: yes\n'),
    problems: ['5:14: servers[0].databases.learn: must be `true` or `false`'],
  },
  'numbers as database names': {
    text: server('    databases:\n      expect: [a, 2024]\n'),
    problems: ['5:19: servers[0].databases.expect[1]: must be text: put it in quotes'],
  },
  'one name instead of a list': {
    text: server('    databases:\n      expect: app\n'),
    problems: [
      '5:15: servers[0].databases.expect: must be a list: write each entry on its own line, after `- `',
    ],
  },
  'an empty and an overlong database name': {
    text: server(`    databases:\n      expect:\n        - ""\n        - ${'x'.repeat(64)}\n`),
    problems: [
      '6:11: servers[0].databases.expect[0]: is empty: give a value, or delete the key',
      '7:11: servers[0].databases.expect[1]: is longer than the 63 bytes PostgreSQL keeps of a name: write the name as `\\l` in psql shows it',
    ],
  },
  'broken regular expressions': {
    text: server(
      `    databases:\n      ignore:\n        - "^ok_"\n        - "(["\n        - "${'a'.repeat(201)}"\n`,
    ),
    problems: [
      '7:11: servers[0].databases.ignore[1]: is no regular expression (JavaScript syntax with the flag `u`): check brackets and backslashes, and write `.*` for any text',
      '8:11: servers[0].databases.ignore[2]: is longer than 200 characters: split it into several',
    ],
  },
  'an expected database that is ignored': {
    text: server("    databases:\n      expect: [app, app_test]\n      ignore: ['^x', '_test$']\n"),
    problems: [
      '5:21: servers[0].databases.expect[1]: is expected, but `ignore[1]` matches it: change one of them',
    ],
  },
  'a url with the wrong scheme': {
    text: 'servers:\n  - name: a\n    url: mysql://db/x\n',
    problems: [
      '3:10: servers[0].url: must begin with postgres:// or postgresql://: write postgres://USER@HOST:5432/DATABASE',
    ],
  },
  'a url without host': {
    text: 'servers:\n  - name: a\n    url: postgres:///x\n',
    problems: [
      '3:10: servers[0].url: names no host: write postgres://USER@HOST:5432/DATABASE, or postgres:///DATABASE?host=/var/run/postgresql for a unix socket',
    ],
  },
  'a url with a bad port': {
    text: 'servers:\n  - name: a\n    url: postgres://db:99999/x\n',
    problems: ['3:10: servers[0].url: has a port that is no number from 1 to 65535'],
  },
  'a url with two hosts': {
    text: 'servers:\n  - name: a\n    url: postgres://a,b/x\n',
    problems: ['3:10: servers[0].url: names several hosts: make one entry under `servers` for each'],
  },
  'a url with sslmode': {
    text: 'servers:\n  - name: a\n    url: postgres://db/x?sslmode=require\n',
    problems: [
      '3:10: servers[0].url: sets TLS as a parameter, which is not read: delete it and set tls.mode and tls.ca_file of the server',
    ],
  },
  'a url with a raw @ in the password': {
    text: 'servers:\n  - name: a\n    url: postgres://u:p@ss@db/x\n',
    problems: [
      '3:10: servers[0].url: has a special character that is not percent-encoded (`@` is %40, `/` is %2F, `?` is %3F, `#` is %23, `:` is %3A, a space is %20); better, take the password out of the url and use password_file',
    ],
  },
  'a url with a bad percent-encoding': {
    text: 'servers:\n  - name: a\n    url: postgres://u:100%@db/x\n',
    problems: [
      '3:10: servers[0].url: has a % that begins no valid percent-encoding: write a literal % as %25',
    ],
  },
  'password and password_file': {
    text: server('    password: a\n    password_file: /run/pg\n'),
    world: { files: { '/run/pg': 'b' } },
    problems: [
      '5:5: servers[0].password_file: the password is given twice, in `password` and `password_file`: keep one of them',
    ],
  },
  'a password in the url and a passfile': {
    text: 'servers:\n  - name: a\n    url: postgres://u:p@db/x\n    passfile: /run/pgpass\n',
    world: { files: { '/run/pgpass': '*:*:*:*:p' } },
    problems: [
      '4:5: servers[0].passfile: the password is given twice, in `url` and `passfile`: keep one of them',
    ],
  },
  'a password file that is not there': {
    text: server('    password_file: /run/pg\n'),
    problems: [
      '4:20: servers[0].password_file: cannot read /run/pg (ENOENT): there is no such file: check the path, and that it is mounted into the container',
    ],
  },
  'a password written where a file name belongs': {
    text: server('    password_file: hunter2\n'),
    problems: [
      '4:20: servers[0].password_file: cannot read the file named here (ENOENT): there is no such file: check the path, and that it is mounted into the container',
    ],
  },
  'password files that are empty or too long': {
    text: 'servers:\n  - name: a\n    url: postgres://db\n    password_file: /e\n  - name: b\n    url: postgres://db\n    password_file: /l\n',
    world: { files: { '/e': '\n', '/l': 'one\ntwo\n' } },
    problems: [
      '4:20: servers[0].password_file: /e is empty: write the value into it',
      '7:20: servers[1].password_file: the file named here holds more than one line: write the password alone into it',
    ],
  },
  'a passfile everybody can read': {
    text: server('    passfile: /run/pgpass\n'),
    world: { files: { '/run/pgpass': '*:*:*:*:p' }, modes: { '/run/pgpass': 0o644 } },
    problems: [
      '4:15: servers[0].passfile: the file named here can be read by everybody on this machine: chmod it to 0600',
    ],
  },
  'an unknown tls mode': {
    text: server('    tls: { mode: verify-ca }\n'),
    problems: ['4:18: servers[0].tls.mode: must be `disable`, `no-verify` or `verify-full`'],
  },
  'tls files that are missing or something else': {
    text: server('    tls:\n      ca_file: /ca\n      cert_file: /cert\n'),
    world: { files: { '/ca': 'no certificate' } },
    problems: [
      '5:16: servers[0].tls.ca_file: the file named here holds no certificate in PEM form: name the right file',
      '6:18: servers[0].tls.cert_file: cannot read /cert (ENOENT): there is no such file: check the path, and that it is mounted into the container',
      '6:18: servers[0].tls.cert_file: needs `key_file` beside it: a client certificate is both',
    ],
  },
  'tls over a unix socket': {
    text: 'servers:\n  - name: a\n    url: postgres://u@/x?host=/run/postgresql\n    tls: { mode: verify-full }\n',
    problems: ['4:5: servers[0].tls: a unix socket has no TLS: delete `tls`'],
  },
  'a system identifier as a number': {
    text: server('    identity:\n      system_identifier: 7711161441652576274\n'),
    problems: ['5:26: servers[0].identity.system_identifier: must be text: put it in quotes'],
  },
  'a docker host of another kind': {
    text: server('docker:\n  host: ssh://box\n'),
    problems: ['5:9: docker.host: must be unix:///PATH or tcp://HOST:PORT'],
  },
  'docker switched off with a word': {
    text: server('docker: off\n'),
    problems: ['4:9: docker: must be a mapping of keys and values, or `false`'],
  },
  'an unknown key under docker': {
    text: server('docker:\n  hots: unix:///x\n'),
    problems: ['5:3: docker.hots: `hots` is no key that is known here: did you mean `host`?'],
  },
  'a relative filesystem': {
    text: server('filesystems:\n  include: [/, data]\n'),
    problems: ['5:16: filesystems.include[1]: must be an absolute path: begin it with /'],
  },
  'limits that are none': {
    text: server('limits: { databases: 0, volumes: 1.5, filesystems: many }\n'),
    problems: [
      '4:22: limits.databases: must be 1 or more',
      '4:34: limits.volumes: must be a whole number',
      '4:52: limits.filesystems: must be a number',
    ],
  },
  'a listen address without port': {
    text: server('web:\n  listen_address: localhost\n'),
    problems: [
      '5:19: web.listen_address: must be HOST:PORT, for example `127.0.0.1:10187`, `0.0.0.0:10187` or `[::1]:10187`',
    ],
  },
  'a listen port that does not exist': {
    text: server('web:\n  listen_address: :70000\n'),
    problems: [
      '5:19: web.listen_address: has a port above 65535: write HOST:PORT, for example `127.0.0.1:10187`',
    ],
  },
  'a duplicate key': {
    text: server('    name: other\n'),
    problems: ['4:5: servers[0].name: this key is written twice in the same mapping: keep one'],
  },
  'a duplicate key and a wrong value': {
    text: server('web: {}\nweb: { enable_lifecycle: 1 }\n'),
    problems: [
      '5:1: web: this key is written twice in the same mapping: keep one',
      '5:26: web.enable_lifecycle: must be `true` or `false`',
    ],
  },
  'a tab for indentation': {
    text: 'servers:\n\t- name: a\n',
    problems: ['2:1: a tab in the indentation: use spaces'],
  },
  'an open quote': {
    text: 'servers:\n  - name: "a\n    url: postgres://db\n',
    problems: [
      '4:1: a quote, bracket, comma or colon is missing here or before, or the indentation is wrong',
    ],
  },
  'an open bracket': {
    text: 'filesystems:\n  include: [/, /data\n',
    problems: [
      '3:1: the indentation does not fit the lines before, or a bracket is open: indent with two spaces per level',
    ],
  },
  'broken indentation': {
    text: 'servers:\n  - name: a\n   url: postgres://db\n',
    problems: [
      '3:1: a quote, bracket, comma or colon is missing here or before, or the indentation is wrong',
    ],
  },
  'a colon in a plain text': {
    text: 'servers:\n  - name: a: b\n',
    problems: ['2:11: a second `: ` on one line: put the value in quotes, or break the line'],
  },
  'an alias without anchor': {
    text: 'servers:\n  - name: *main\n',
    problems: ['2:11: this alias (*) has no anchor (&): put a text that begins with * in quotes'],
  },
  'an unknown tag': {
    text: server('state: { directory: !secret x }\n'),
    problems: ['4:21: a tag (!) is not read: put a text that begins with ! in quotes'],
  },
  'a template that was never filled in': {
    text: 'servers:\n  - name: {{ name }}\n    url: postgres://db\n',
    problems: [
      '2:12: a key must be plain text: put it, or the value with braces before the colon, in quotes',
    ],
  },
  'two documents': {
    text: `${server('')}---\nservers: []\n`,
    problems: ['4:1: a second document begins here: delete the `---` line'],
  },
  'aliases that explode': {
    text: `a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefg'].map((name, index) => `${name}: &${name} [${`*${'abcdef'[index]},`.repeat(9)}]\n`).join('')}`,
    problems: ['1:1: cannot be read as YAML: it is nested too deeply, or repeats itself by aliases'],
  },
};
