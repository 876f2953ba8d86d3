import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { askReport, testifyReport } from '../../../src/guard/ensure/report.ts';
import { toJson } from '../../../src/present/web/json.ts';
import { freePort } from '../../kit/ports.ts';

const OURS = '7711164505161400930';
const database = (more: object = {}) => ({
  datname: 'app',
  oid: 16384,
  identityMatch: true,
  presence: 'present',
  lastSeenAt: 1000,
  ...more,
});
const server = (more: object = {}) => ({
  name: 'main',
  pinnedSystemIdentifier: OURS,
  databases: [database()],
  ...more,
});
const report = (servers: readonly object[], self: object = {}) => ({
  servers,
  self: { stateCorrupt: false, stateDurable: true, ...self },
});
/** As it comes over the wire: what is not known is null. */
const hear = (given: object, of?: string) =>
  testifyReport('r', JSON.parse(toJson(given)), { server: of, datname: 'app' });

const never = server({
  pinnedSystemIdentifier: undefined,
  databases: [
    database({ oid: undefined, identityMatch: undefined, lastSeenAt: undefined, presence: 'missing' }),
  ],
});

describe('a report', () => {
  test.each<[string, object, object]>([
    [
      'a database that is well',
      report([server()]),
      { systemIdentifier: OURS, database: { oid: '16384', replaced: false, lastSeenAt: 1000 } },
    ],
    [
      'one that is gone, by its name',
      report([
        server({ databases: [database({ oid: undefined, identityMatch: undefined, presence: 'missing' })] }),
      ]),
      { database: { oid: undefined, replaced: false } },
    ],
    [
      'one that was replaced, not by the oid of the other',
      report([server({ databases: [database({ identityMatch: false })] })]),
      { database: { oid: undefined, replaced: true } },
    ],
    [
      'a server on which it never was',
      report([server({ databases: [] })]),
      { systemIdentifier: OURS, database: undefined },
    ],
    [
      'an expected one that was never seen',
      report([server({ databases: never.databases })]),
      { systemIdentifier: OURS, database: undefined },
    ],
    [
      'one whose server cannot be told',
      report([server({ pinnedSystemIdentifier: undefined })]),
      { systemIdentifier: undefined, database: { oid: '16384' } },
    ],
    [
      'a loss, even of a doubtful memory',
      report([server()], { stateCorrupt: true }),
      { systemIdentifier: OURS },
    ],
  ])('remembers %s', (_, given, expected) => {
    expect(hear(given)).toMatchObject({ says: 'remembers', ...expected });
  });

  test('knows of nothing where it saw nothing', () => {
    expect(hear(report([never]))).toEqual({ from: 'r', says: 'nothing' });
  });

  test.each<[string, object, string]>([
    ['lost its memory', report([never], { stateCorrupt: true }), 'memory'],
    ['cannot keep its memory', report([never], { stateDurable: false }), 'memory'],
    [
      'lost its memory, and has pinned again',
      report([server({ databases: [] })], { stateCorrupt: true }),
      'memory',
    ],
    [
      'cannot keep its memory, and has pinned',
      report([server({ databases: never.databases })], { stateDurable: false }),
      'memory',
    ],
    ['watches several servers', report([server(), server({ name: 'other' })]), '--server'],
    ['watches none', report([]), 'watches no server'],
    ['is none', {}, 'not understood'],
    ['is of another kind', { servers: [{ name: 'main', databases: 3 }], self: {} }, 'not understood'],
    ['has a number for an identifier', report([server({ pinnedSystemIdentifier: 7 })]), 'not understood'],
  ])('is no answer when it %s', (_, given, why) => {
    expect(hear(given)).toMatchObject({ says: 'unknown', why: expect.stringContaining(why) });
  });

  test('is asked about the server that is named', () => {
    const two = report([server({ pinnedSystemIdentifier: '1' }), server({ name: 'other' })]);
    expect(hear(two, 'other')).toMatchObject({ systemIdentifier: OURS });
    expect(hear(two, 'third')).toMatchObject({
      says: 'unknown',
      why: expect.stringContaining('main, other'),
    });
  });
});

describe('asking over HTTP', () => {
  let http: Server | undefined;
  afterEach(() => {
    http?.close();
    http = undefined;
  });
  const ask = async (listener: RequestListener, authorization?: string, path = '') => {
    const listening = createServer(listener);
    http = listening;
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
    const url = new URL(`http://127.0.0.1:${(listening.address() as AddressInfo).port}${path}`);
    return askReport({ url, authorization, server: undefined }, 'app');
  };

  test('gives what the report says', async () => {
    const said = await ask(
      (request, response) =>
        response.end(request.headers.authorization === 'Basic x' ? toJson(report([server()])) : '{}'),
      'Basic x',
    );
    expect(said).toMatchObject({ says: 'remembers', systemIdentifier: OURS });
  });

  test.each([
    ['', '/api/v1/report'],
    ['/', '/api/v1/report'],
    ['/pgvigil', '/pgvigil/api/v1/report'],
    ['/a/pgvigil/?x=1#y', '/a/pgvigil/api/v1/report'],
    ['//other', '//other/api/v1/report'],
  ])('keeps the path before it: "%s"', async (path, asked) => {
    const said = await ask(
      ({ url }, response) => response.end(url === asked ? toJson(report([server()])) : '{}'),
      undefined,
      path,
    );
    expect(said).toMatchObject({ says: 'remembers' });
  });

  test.each<[string, RequestListener, boolean]>([
    ['one that has not looked yet', (_, response) => response.writeHead(503).end(), true],
    ['one that wants a password', (_, response) => response.writeHead(401).end(), false],
    ['text that is no JSON', (_, response) => response.end('<html>'), true],
    ['a line that is cut', (request) => request.socket.destroy(), true],
  ])('%s is no answer', async (_, listener, worthWaiting) => {
    expect(await ask(listener)).toMatchObject({ says: 'unknown', worthWaiting });
  });

  test('nobody there is no answer', async () => {
    const source = {
      url: new URL(`http://127.0.0.1:${await freePort()}`),
      authorization: undefined,
      server: undefined,
    };
    expect(await askReport(source, 'app')).toMatchObject({
      says: 'unknown',
      why: 'no answer (ECONNREFUSED)',
      worthWaiting: true,
    });
  });
});
