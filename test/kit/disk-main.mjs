// A small program around the compiled disk observer, as the real one is: it listens on a port, prints its view
// as a line of JSON at every change, and leaves on SIGTERM by process.exit. Argument: JSON.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { diskCalls } from '../../dist/disposable/disk-calls.js';
import { createDisposable } from '../../dist/disposable/parent.js';
import { createDiskObserver } from '../../dist/observe/disk/observer.js';

const { include, port, intervalMs = 200, deadlineMs = 1_000 } = JSON.parse(process.argv[2]);
const clock = { now: Date.now, monotonic: () => performance.now() };
const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const disposable = createDisposable({
  modulePath: new URL('../../dist/disposable/child.js', import.meta.url).pathname,
  maxAbandoned: 3,
  clock,
  log,
});
const calls = diskCalls(disposable);
const observer = createDiskObserver(
  {
    filesystems: { include, exclude: [] },
    intervals: { filesystems: intervalMs },
    timeouts: { filesystem: deadlineMs },
    maxFilesystems: 100,
    ownPaths: [],
  },
  {
    clock,
    log,
    calls: { ...calls, host: () => new Promise(() => {}) },
    dataPaths: () => [],
    readMountinfo: () => readFileSync('/proc/self/mountinfo', 'utf8'),
    changed: tell,
  },
);

function tell() {
  const states = observer.view().filesystems.map(({ mountpoint, readonly, usage }) => {
    const observation = usage?.observation;
    const state = observation === undefined ? 'unknown' : observation.seen ? 'seen' : observation.reason;
    return [mountpoint, { state, readonly, facts: observation?.facts, tookMs: observation?.tookMs }];
  });
  const line = {
    atMs: performance.now(),
    abandoned: disposable.abandoned(),
    filesystems: Object.fromEntries(states),
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

process.on('SIGTERM', () => process.exit(0));
createServer().listen(port, '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ pid: process.pid })}\n`);
  observer.start();
});
