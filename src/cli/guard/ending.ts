import { constants } from 'node:os';
import { CommandError, type Io } from '../io.ts';

const ENDINGS: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'];

/** Whether we were told to end: as the first process of a container nobody else would do it. */
export interface Ending {
  /** Rejects when we are told to. */
  readonly told: Promise<never>;
  /** Throws the same when we have been told already. */
  readonly check: () => void;
}

/** Takes the signals, until a command of ours takes them. */
export function awaitEnding(io: Pick<Io, 'onSignal'>): Ending {
  let ended: CommandError | undefined;
  const told = new Promise<never>((_, reject) => {
    io.onSignal((signal) => {
      if (!ENDINGS.includes(signal)) return;
      ended ??= new CommandError(`ended by ${signal}`, 128 + constants.signals[signal]);
      reject(ended);
    });
  });
  told.catch(() => {});
  return {
    told,
    check() {
      if (ended !== undefined) throw ended;
    },
  };
}
