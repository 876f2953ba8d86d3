import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeHistory } from '../../src/remember/codec.ts';
import type { Running } from './process.ts';
import { waitFor } from './wait.ts';

/** What the program of `state-main.mjs` says. */
interface Said {
  readonly pid?: number;
  readonly source?: string;
  readonly corrupt?: boolean;
  readonly names?: readonly string[];
  readonly count?: number;
  readonly durable?: boolean;
  readonly recent?: string;
  readonly abandoned?: number;
  readonly complaint?: string;
  readonly flushed?: readonly boolean[];
}

export const STATE_MAIN = join(import.meta.dirname, 'state-main.mjs');

/** Follows a running `state-main.mjs`; resolves when it has loaded what there was. */
export async function follow(running: Running) {
  const said = (): Said[] =>
    running
      .output()
      .split('\n')
      .flatMap((line) => (line.startsWith('{') && line.endsWith('}') ? [JSON.parse(line) as Said] : []));
  const beats = () => said().filter((one) => one.count !== undefined);
  const loaded = await waitFor(`the program\n${running.output()}`, 15_000, () =>
    said().find((one) => one.pid !== undefined),
  );
  return {
    loaded,
    pid: String(loaded.pid),
    last: () => beats().at(-1),
    complaints: () => said().flatMap((one) => one.complaint ?? []),
    flushed: () => said().at(-1)?.flushed,
    becomesDurable: (durable: boolean, ms = 10_000) =>
      waitFor(`durable ${durable}`, ms, () => beats().at(-1)?.durable === durable || undefined),
    /** Lets it go on for some beats, and gives how long that took. */
    async beat(times: number) {
      const startedAt = performance.now();
      const target = beats().length + times;
      await waitFor(`${times} beats`, 10_000, () => beats().length >= target || undefined, 10);
      return performance.now() - startedAt;
    },
  };
}

/** Names of the databases in a ledger on the disk; throws when it is damaged. */
export function namesIn(path: string): readonly string[] {
  return [...(decodeHistory(readFileSync(path, 'utf8')).servers.get('main')?.databases.keys() ?? [])];
}
