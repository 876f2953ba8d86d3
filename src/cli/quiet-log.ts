import { createLog } from '../log.ts';
import type { Log } from '../model/log.ts';
import type { Secret } from '../model/secret.ts';
import type { Io } from './io.ts';

/** The log of one look that a person asked for: errors alone, on standard error; none of `secrets` is ever written. */
export function quietLog(io: Pick<Io, 'err'>, secrets: readonly Secret[] = []): Log {
  return createLog({ level: 'error', format: 'text', colors: false, secrets: () => secrets, write: io.err });
}
