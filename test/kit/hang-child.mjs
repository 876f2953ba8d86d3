// A disposable child with operations that misbehave in every way a test needs. Plain JavaScript: it is forked
// without a build.
import { existsSync, writeFileSync } from 'node:fs';

const operations = {
  echo: (args) => args,
  pid: () => process.pid,
  leave: () => process.pid,
  fail: () => {
    throw Object.assign(new Error('no such thing'), { code: 'ENOENT' });
  },
  environment: () => ({ env: process.env, cwd: process.cwd(), flags: process.execArgv }),
  never: () => new Promise(() => {}),
  spin: () => {
    for (;;);
  },
  crash: () => process.exit(7),
  // The first child that is asked dies, the next one answers.
  crashOnce: ({ mark }) => {
    if (existsSync(mark)) return 'answered';
    writeFileSync(mark, '');
    process.exit(7);
  },
};

process.on('disconnect', () => process.exit(0));
process.on('message', async ({ op, args }) => {
  try {
    process.send({ type: 'result', value: await operations[op](args), last: op === 'leave' });
  } catch ({ message, code }) {
    process.send({ type: 'error', message, code });
  }
});
process.send({ type: 'ready' });
