/** Main of the process that asks for names: each question is asked at once, and answered when the system answers. */
import { lookup } from 'node:dns';
import type { NameAnswer, NameQuestion } from './protocol.ts';
import { stayWithParent } from './stay-with-parent.ts';

function answer({ id, hostname, options }: NameQuestion): void {
  lookup(hostname, options, (error, address, family) => {
    const reply: NameAnswer = {
      id,
      error: error === null ? undefined : { code: error.code, message: error.message },
      address,
      family,
    };
    if (process.connected) process.send?.(reply, undefined, undefined, () => {});
  });
}

stayWithParent();
process.on('message', (question) => answer(question as NameQuestion));
