// A process with a watchdog that counts to 300 ms: `well` runs, `stalled` has an event loop that stands still,
// `idle` has one that runs and work that does not go on.
import { createWatchdog } from '../../dist/watchdog/watchdog.js';

const mode = process.argv[2];
const watchdog = createWatchdog({
  threadPath: new URL('../../dist/watchdog/thread.js', import.meta.url).pathname,
  maxStallMs: 300,
  healthy: () => mode !== 'idle',
  log: console,
  fatal: (error) => {
    process.stdout.write(`fatal: ${error.message}\n`);
    process.exit(1);
  },
});
watchdog.start();
const alive = setInterval(() => {}, 1_000);
process.on('SIGTERM', async () => {
  clearInterval(alive);
  await watchdog.stop();
  process.stdout.write('stopped\n');
});
setTimeout(() => {
  process.stdout.write('ready\n', () => {
    while (mode === 'stalled');
  });
}, 200);
