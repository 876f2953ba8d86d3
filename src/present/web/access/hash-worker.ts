import { parentPort } from 'node:worker_threads';
import { compareSync } from 'bcryptjs';

/** What the thread is asked. */
export interface HashQuestion {
  readonly password: string;
  readonly hash: string;
}

// One question at a time, each answered by whether the two belong together.
parentPort?.on('message', ({ password, hash }: HashQuestion) => {
  parentPort?.postMessage(compareSync(password, hash));
});
