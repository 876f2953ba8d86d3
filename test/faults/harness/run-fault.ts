import { makeWorkspace } from '../../kit/bundle.ts';
import { CANARY } from '../../kit/canary.ts';
import { program } from '../../kit/needs.ts';
import { run } from '../../kit/process.ts';
import type { Engines } from '../../scenarios/engines.ts';
import type { Fault } from './fault.ts';
import { openStage } from './stage.ts';
import type { Usage } from './usage.ts';
import type { Vigil } from './vigil.ts';

/** What a pgvigil holds is back within this. */
const RETURN_MS = 60_000;
/** It has ended within this: 2 s, and what the machine takes to start and reap processes. */
export const END_MS = 2_500;

/** How a fault ended. */
export interface Outcome {
  readonly row: number;
  readonly name: string;
  /** In the words of the fault. */
  readonly seen: string;
  /** What did not hold; all is well when there is none. */
  readonly problems: readonly string[];
  readonly scrapes: number;
  /** The slowest scrape, in milliseconds. */
  readonly slowestMs: number | undefined;
  readonly before: Usage | undefined;
  readonly after: Usage | undefined;
  /** Until nothing was held beyond what was held before, in milliseconds. */
  readonly returnedMs: number | undefined;
  readonly tookMs: number;
}

/** Plays a fault and checks what holds for all of them: see docs/faults.md. */
export async function runFault({ row, name, play }: Fault, engines: Engines): Promise<Outcome> {
  const startedAt = performance.now();
  const { stage, vigils, clear } = openStage(engines);
  const problems: string[] = [];
  let seen = '';
  let judged: Judged | undefined;
  const attempt = async (what: () => Promise<void>): Promise<void> => {
    try {
      await what();
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
    }
  };
  await attempt(async () => {
    seen = await play(stage);
  });
  const [vigil] = vigils();
  if (vigil) {
    await attempt(async () => {
      judged = await judge(vigil, problems);
    });
  } else problems.push('nothing was watched');
  await attempt(clear);
  return {
    row,
    name,
    seen,
    problems,
    scrapes: judged?.tookMs.length ?? 0,
    slowestMs: judged && Math.max(...judged.tookMs),
    before: vigil?.baseline,
    after: judged?.after,
    returnedMs: judged?.returnedMs,
    tookMs: performance.now() - startedAt,
  };
}

interface Judged {
  readonly after: Usage;
  readonly returnedMs: number | undefined;
  readonly tookMs: readonly number[];
}

async function judge(vigil: Vigil, problems: string[]): Promise<Judged> {
  const { watch, exporter } = vigil;
  let returnedMs: number | undefined;
  await vigil.returns(RETURN_MS).then(
    (ms) => {
      returnedMs = ms;
    },
    (error: Error) => void problems.push(error.message),
  );
  const after = vigil.usage();
  if (!exporter.running().isRunning()) problems.push('pgvigil is gone');
  problems.push(...watch.problems(), ...(await linted(watch.last()?.text ?? '')));
  const everything = await vigil.everything();
  if (everything.includes(CANARY)) problems.push(`a secret was told: ${around(everything, CANARY)}`);
  const { code, ms } = await vigil.end();
  if (code !== 0) problems.push(`the exit code was ${code}`);
  if (ms > END_MS) problems.push(`the end took ${Math.round(ms)} ms`);
  return { after, returnedMs, tookMs: watch.tookMs() };
}

async function linted(text: string): Promise<readonly string[]> {
  const workspace = await makeWorkspace('fault');
  try {
    const file = await workspace.write('metrics.txt', text);
    const { code, output } = await run({
      command: 'bash',
      args: ['-c', '"$1" check metrics < "$2"', '-', program('promtool'), file],
    });
    return code === 0 ? [] : [`promtool check metrics: ${output.trim()}`];
  } finally {
    await workspace.remove();
  }
}

function around(text: string, word: string): string {
  const at = text.indexOf(word);
  return text.slice(Math.max(0, at - 80), at + 40);
}
