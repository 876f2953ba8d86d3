import { END_MS } from './run-fault.ts';
import type { Vigil } from './vigil.ts';

/** It listens and has looked within this; it takes one, and several where others keep the machine busy. */
const START_MS = 6_000;

/**
 * Ends the program, which has to leave in time and with this code, and starts it again on the same state.
 * Gives ms to its end and to the first report after it.
 */
export async function turnOver(
  vigil: Vigil,
  signal: 'SIGTERM' | 'SIGKILL',
): Promise<{ readonly endMs: number; readonly startMs: number }> {
  const { exporter, watch } = vigil;
  await watch.pause();
  const startedAt = performance.now();
  process.kill(exporter.pid(), signal);
  const exit = await exporter.running().exited;
  const endMs = performance.now() - startedAt;
  if (signal === 'SIGTERM' && exit.code !== 0) throw new Error(`the exit was ${exit.signal ?? exit.code}`);
  if (endMs > END_MS) throw new Error(`the end took ${Math.round(endMs)} ms`);
  const startMs = await vigil.restart();
  if (startMs > START_MS) throw new Error(`the start took ${Math.round(startMs)} ms`);
  return { endMs, startMs };
}
