import { expect, test } from 'vitest';
import { createLog } from '../src/log.ts';

test('lines that were lost are told as soon as one can be written', () => {
  const written: string[] = [];
  let full = false;
  const log = createLog({
    level: 'info',
    format: 'json',
    colors: false,
    secrets: () => [],
    write: (line) => {
      if (!full) written.push(line);
      return !full;
    },
  });
  log.info({}, 'first');
  full = true;
  log.info({}, 'second');
  log.info({}, 'third');
  full = false;
  log.info({}, 'fourth');
  log.info({}, 'fifth');
  expect(written.map((line) => JSON.parse(line))).toMatchObject([
    { msg: 'first' },
    { msg: 'fourth' },
    { lines: 2, msg: 'lines of this log could not be written and are lost' },
    { msg: 'fifth' },
  ]);
});
