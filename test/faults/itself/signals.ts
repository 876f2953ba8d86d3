import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { MAIN } from '../../kit/exporter.ts';
import { type Exit, type Running, start } from '../../kit/process.ts';
import type { Fault } from '../harness/fault.ts';
import { noLoss } from '../harness/no-loss.ts';
import { END_MS } from '../harness/run-fault.ts';
import type { Stage } from '../harness/stage.ts';
import { turnOver } from '../harness/turn-over.ts';
import { treeOf } from '../harness/usage.ts';
import type { Vigil } from '../harness/vigil.ts';
import { seconds } from '../harness/words.ts';

const STANDSTILL_MS = 20_000;
/** Where Node.js opens its debugger. */
const DEBUGGER_PORT = 9229;

async function watchServer(stage: Stage) {
  const { entry, backends, isWell, postgres } = await stage.postgres();
  const config = { servers: [entry], filesystems: { include: ['/'] } };
  const calm = (scrape: Parameters<typeof isWell>[0]): boolean =>
    isWell(scrape) && scrape.value('pgvigil_filesystem_up', { mountpoint: '/' }) === 1;
  return { vigil: await stage.watch(config, { backends, calm }), postgres, isWell };
}

/** Stops these processes for a while; afterwards no loss may be told, and nothing is caught up on in a burst. */
async function standStill(vigil: Vigil, pids: readonly number[]): Promise<string> {
  const attempts = (): number =>
    (vigil.watch.last()?.find('pgvigil_connection_attempts_total') ?? []).reduce(
      (total, { value }) => total + value,
      0,
    );
  const before = attempts();
  const lifted = noLoss(vigil);
  const noStuck = vigil.watch.forbid((scrape) =>
    scrape.value('pgvigil_filesystem_up', { mountpoint: '/' }) === 0
      ? 'a disk is said to be stuck'
      : undefined,
  );
  await vigil.watch.pause();
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  await sleep(STANDSTILL_MS);
  for (const pid of pids) process.kill(pid, 'SIGCONT');
  vigil.watch.resume();
  const goneOn = await vigil.becomes('it looks again', 3_000, (scrape) => {
    const at = scrape.value('pgvigil_report_timestamp_seconds') ?? 0;
    return Date.now() / 1000 - at < 2;
  });
  await vigil.stays('it goes on', 6_000, () => true);
  lifted();
  noStuck();
  const made = attempts() - before;
  // Three databases, each connected to every 10 s: before, at once, and in the 6 s after.
  if (made > 9) throw new Error(`${made} connections were attempted`);
  return `looks again after ${seconds(goneOn)}, no loss told, ${made} connections attempted`;
}

/** Sends signals to a pgvigil that starts, this long after its start. */
async function endWhileStarting(
  launch: () => Promise<Running>,
  pidOf: (running: Running) => number,
  afterMs: number,
): Promise<Exit> {
  const running = await launch();
  await sleep(afterMs);
  const startedAt = performance.now();
  process.kill(pidOf(running), 'SIGTERM');
  const exit = await Promise.race([running.exited, sleep(10_000)]);
  const tookMs = performance.now() - startedAt;
  if (exit === undefined) {
    running.signal('SIGKILL');
    throw new Error(`it did not end when told so ${afterMs} ms after its start`);
  }
  if (tookMs > END_MS)
    throw new Error(`the end took ${Math.round(tookMs)} ms, ${afterMs} ms after its start`);
  return exit;
}

/** Signals, and standstills, in the wrong moment. */
export const SIGNALS: readonly Fault[] = [
  {
    row: 101,
    name: 'pgvigil is stopped for 20 s, and goes on',
    needs: ['postgres'],
    async play(stage) {
      const { vigil } = await watchServer(stage);
      return standStill(vigil, [vigil.exporter.pid()]);
    },
  },
  {
    row: 102,
    name: 'pgvigil and its helpers are stopped for 20 s, as by docker pause',
    needs: ['postgres'],
    async play(stage) {
      const { vigil } = await watchServer(stage);
      return standStill(vigil, treeOf(vigil.exporter.pid()));
    },
  },
  {
    row: 103,
    name: 'SIGTERM in the first moments',
    needs: ['postgres'],
    async play(stage) {
      const { vigil, isWell } = await watchServer(stage);
      const { exporter, watch } = vigil;
      await watch.pause();
      process.kill(exporter.pid(), 'SIGTERM');
      await exporter.running().exited;
      const launch = () =>
        start({
          command: process.execPath,
          args: [MAIN, 'serve', '--config', exporter.configFile],
          env: { PATH: process.env['PATH'] },
        });
      const ends: string[] = [];
      for (let afterMs = 0; afterMs <= 1_500; afterMs += 100) {
        const { code, signal } = await endWhileStarting(launch, ({ pid }) => pid, afterMs);
        // Before there is anything to close, the default of the signal is as good.
        if (code !== 0 && signal !== 'SIGTERM')
          throw new Error(`the exit was ${signal ?? code} after ${afterMs} ms`);
        ends.push(signal ?? String(code));
      }
      await vigil.restart();
      await vigil.becomes('it is well', 5_000, isWell);
      return `ended each time: ${ends.join(' ')}`;
    },
  },
  {
    row: 104,
    name: 'SIGTERM while PostgreSQL hangs',
    needs: ['postgres'],
    async play(stage) {
      const { vigil, postgres, isWell } = await watchServer(stage);
      const pids = [postgres.postmasterPid(), ...postgres.childPids()];
      for (const pid of pids) process.kill(pid, 'SIGSTOP');
      stage.undo(() => postgres.signal('SIGCONT'));
      // Whatever it is about to do with it, it is in the middle of.
      await sleep(1_000);
      const first = await turnOver(vigil, 'SIGTERM');
      await vigil.until('pgvigil_server_up', { server: 'main' }, 0, 15_000);
      const second = await turnOver(vigil, 'SIGTERM');
      for (const pid of pids) process.kill(pid, 'SIGCONT');
      await vigil.becomes('it is well', 40_000, isWell);
      return `exit 0 after ${seconds(first.endMs)}, and once it is known after ${seconds(second.endMs)}`;
    },
  },
  {
    row: 105,
    name: 'signals come twice, and together with others',
    needs: ['postgres'],
    async play(stage) {
      const { vigil, isWell } = await watchServer(stage);
      const { exporter, watch } = vigil;
      const told: string[] = [];
      for (const signals of [
        ['SIGTERM', 'SIGTERM'],
        ['SIGINT', 'SIGINT', 'SIGINT'],
        ['SIGHUP', 'SIGTERM', 'SIGHUP'],
        ['SIGHUP', 'SIGHUP', 'SIGUSR1', 'SIGQUIT'],
      ] as const) {
        await watch.pause();
        const running = exporter.running();
        for (const signal of signals) {
          process.kill(exporter.pid(), signal);
          await sleep(5);
        }
        const { code, signal } = await running.exited;
        if (code !== 0) throw new Error(`the exit was ${signal ?? code} after ${signals.join(', ')}`);
        if (!/"msg":"pgvigil_stopped"|stopping/.test(running.output())) throw new Error('it did not say so');
        await vigil.restart();
        await vigil.becomes('it is well', 5_000, isWell);
        told.push(signals.join('+'));
      }
      return `exit 0 on ${told.join(', ')}`;
    },
  },
  {
    row: 111,
    name: 'SIGUSR1, which tells Node.js to open a debugger',
    needs: ['postgres'],
    async play(stage) {
      const { vigil, isWell } = await watchServer(stage);
      const lifted = noLoss(vigil);
      process.kill(vigil.exporter.pid(), 'SIGUSR1');
      await sleep(1_000);
      if (await answers(DEBUGGER_PORT)) throw new Error('there is a debugger');
      await vigil.stays('it is well', 2_000, isWell);
      lifted();
      return 'no debugger, nothing happens';
    },
  },
];

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
