import { runDelayMs } from './run-delay.ts';
import { END_MS } from './run-fault.ts';
import type { Vigil } from './vigil.ts';

/** It has looked within this after its start; what it waited for a processor of a busy machine comes on top. */
const START_MS = 4_000;

/**
 * Ends the program, which has to leave in time and with 0, and starts it again on the same state. Gives ms to its
 * end and to the first report after it.
 */
export async function turnOver(
  vigil: Vigil,
  signal: 'SIGTERM' | 'SIGKILL',
  meanwhile: () => Promise<unknown> | unknown = () => {},
): Promise<{ readonly endMs: number; readonly startMs: number }> {
  const { exporter, watch } = vigil;
  await watch.pause();
  const startedAt = performance.now();
  process.kill(exporter.pid(), signal);
  const exit = await exporter.running().exited;
  const endMs = performance.now() - startedAt;
  if (signal === 'SIGTERM' && exit.code !== 0) throw new Error(`the exit was ${exit.signal ?? exit.code}`);
  if (endMs > END_MS) throw new Error(`the end took ${Math.round(endMs)} ms`);
  await meanwhile();
  const startMs = (await vigil.restart()) - runDelayMs(exporter.pid());
  if (startMs > START_MS) throw new Error(`the start took ${Math.round(startMs)} ms`);
  return { endMs, startMs };
}

/** The same with SIGTERM; something happens while nobody runs. */
export const startAgain = (vigil: Vigil, meanwhile?: () => Promise<unknown> | unknown) =>
  turnOver(vigil, 'SIGTERM', meanwhile);
