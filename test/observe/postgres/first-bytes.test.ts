import fc from 'fast-check';
import { expect, test } from 'vitest';
import { judgeFirstBytes, judgeTlsAnswer } from '../../../src/observe/postgres/first-bytes.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');

test.each([
  ['nothing yet', '', 'none'],
  ['a beginning', 'R\0\0', 'none'],
  ['authentication', 'R\0\0\0\x08\0\0\0\0', 'postgres'],
  ['an error', 'E\0\0\0\x60SFATAL', 'postgres'],
  ['an error of a server that cannot fork (version 2 form)', 'Ecould not fork', 'foreign'],
  ['HTTP', 'HTTP/1.1 400 Bad Request', 'foreign'],
  ['one byte of HTTP', 'H', 'foreign'],
  ['SSH', 'SSH-2.0-OpenSSH_9.2', 'foreign'],
  ['Redis', '-ERR unknown command', 'foreign'],
  ['MySQL', 'J\0\0\0\x0a8.0.36', 'foreign'],
  ['a length that no server sends', 'R\x7f\xff\xff\xff', 'foreign'],
  ['a length shorter than itself', 'R\0\0\0\x03', 'foreign'],
] as const)('%s', (_, text, answer) => {
  expect(judgeFirstBytes(bytes(text))).toBe(answer);
});

test('more bytes never turn foreign into PostgreSQL', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.uint8Array(), (first, more) => {
      if (judgeFirstBytes(first) === 'foreign')
        expect(judgeFirstBytes(Uint8Array.from([...first, ...more]))).toBe('foreign');
    }),
  );
});

test('the answer to a request for TLS is one of three bytes', () => {
  expect(['S', 'N', 'E', 'H', ''].map((text) => judgeTlsAnswer(bytes(text)))).toEqual([
    'postgres',
    'refused',
    'postgres',
    'foreign',
    'foreign',
  ]);
});
