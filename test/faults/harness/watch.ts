import { get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Exposition, parseExposition } from './exposition.ts';
import { runDelayMs } from './run-delay.ts';

/** A scraper that never stops looking, and remembers what it did not like. */
export interface Watch {
  /** The last good scrape. */
  readonly last: () => Exposition | undefined;
  /** What was wrong with scrapes; none may be. */
  readonly problems: () => readonly string[];
  /** How long the good ones took, in milliseconds. */
  readonly tookMs: () => readonly number[];
  /** No scrape may be like this, until it is lifted: `forbidden` gives what is wrong with it. */
  readonly forbid: (forbidden: (scrape: Exposition) => string | undefined) => () => void;
  /** Nobody answers while the program is not running by the test's own act; the last scrape is forgotten. */
  readonly pause: () => Promise<void>;
  readonly resume: () => void;
  readonly stop: () => Promise<void>;
}

const EVERY_MS = 250;
/** A scrape that a machine without any fault answers in a few milliseconds. */
export const LIMIT_MS = 500;
/** After this nobody waits for it any longer. */
const GIVE_UP_MS = 5_000;
const TICK_MS = 20;

/** Scrapes four times a second, each time on a connection of its own, as slowly as Prometheus never would. */
export function watchMetrics(url: string, pid: () => number): Watch {
  const problems = new Set<string>();
  const tookMs: number[] = [];
  const rules = new Set<(scrape: Exposition) => string | undefined>();
  const stall = watchStalls();
  let last: Exposition | undefined;
  let paused = false;
  let stopped = false;

  async function scrape(): Promise<void> {
    const startedAt = performance.now();
    const delayBefore = runDelayMs(pid());
    try {
      const text = await fetchText(`${url}/metrics`);
      const took = performance.now() - startedAt;
      // What this process did not notice, for the machine stood still, is not pgvigil's fault; nor is what it
      // waited for a processor that others had.
      const excused = stall.since(startedAt) + runDelayMs(pid()) - delayBefore;
      if (took - excused > LIMIT_MS) problems.add(`a scrape took ${Math.round(took)} ms`);
      tookMs.push(took);
      const parsed = parseExposition(text);
      last = parsed;
      for (const rule of rules) {
        const wrong = rule(parsed);
        if (wrong !== undefined) problems.add(wrong);
      }
    } catch (error) {
      problems.add(`a scrape failed: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  let going: Promise<void> = Promise.resolve();
  async function loop(): Promise<void> {
    while (!stopped) {
      if (!paused) {
        going = scrape();
        await going;
      }
      await sleep(EVERY_MS);
    }
  }
  const looping = loop();

  return {
    last: () => last,
    problems: () => [...problems],
    tookMs: () => tookMs,
    forbid(forbidden) {
      rules.add(forbidden);
      return () => void rules.delete(forbidden);
    },
    async pause() {
      paused = true;
      await going;
      last = undefined;
    },
    resume() {
      paused = false;
    },
    async stop() {
      stopped = true;
      await looping;
      stall.stop();
    },
  };
}

function fetchText(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent: false, timeout: GIVE_UP_MS }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        if (response.statusCode !== 200) reject(new Error(`HTTP ${response.statusCode}`));
        else resolve(Buffer.concat(chunks).toString('utf8'));
      });
    });
    request.once('timeout', () => request.destroy(new Error(`no answer for ${GIVE_UP_MS} ms`)));
    request.once('error', reject);
  });
}

/** How long this process stood still, in milliseconds. */
function watchStalls(): { since(atMs: number): number; stop(): void } {
  let lastTick = performance.now();
  const stalls: { readonly atMs: number; readonly ms: number }[] = [];
  const timer = setInterval(() => {
    const now = performance.now();
    const ms = now - lastTick - TICK_MS;
    if (ms > TICK_MS) stalls.push({ atMs: now, ms });
    lastTick = now;
  }, TICK_MS);
  return {
    since: (atMs) => stalls.filter((one) => one.atMs >= atMs).reduce((total, { ms }) => total + ms, 0),
    stop: () => clearInterval(timer),
  };
}
