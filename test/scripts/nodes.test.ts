import { expect, test } from 'vitest';
import { nodesOf } from '../../scripts/nodes.js';

const own = Number(process.versions.node.split('.')[0]);

test.each([
  [undefined, []],
  ['', []],
  ['98,99', [98, 99]],
  [` 98, ${own},`, [98]],
])('TEST_NODES=%j are %j, our own is not run twice', (text, nodes) => {
  expect(nodesOf(text)).toEqual(nodes);
});

test.each(['22.1', 'lts', '-1'])('TEST_NODES=%s is refused with an example', (text) => {
  expect(() => nodesOf(text)).toThrow(/write for example 22,24/);
});
