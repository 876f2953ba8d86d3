import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createAccessKeeper } from '../src/access.ts';
import { loadWebFile } from '../src/config/load-web-file.ts';
import type { WebAccess } from '../src/model/web-access.ts';
import { makeWorkspace } from './kit/bundle.ts';
import { waitFor } from './kit/wait.ts';
import { recordingLog } from './kit/web.ts';

const burst = (count: number): string => `rate_limit: { interval: 1s, burst: ${count} }\n`;

/** A keeper over a real file, and a web server that takes what `apply` takes. */
async function keeping(apply: (access: WebAccess) => Promise<void>) {
  const workspace = await makeWorkspace('keeper');
  const file = join(workspace.directory, 'web.yml');
  const write = (text: string): void => writeFileSync(file, text);
  write(burst(1));
  const load = () => loadWebFile(file, '/', 0);
  const first = load();
  if (!first.ok) throw new Error('the first one is good');
  const log = recordingLog();
  const keeper = createAccessKeeper(first, { load, workingDirectory: '/', apply, log, everyMs: 10 });
  const end = async () => {
    keeper.stop();
    await workspace.remove();
  };
  return { keeper, write, log, end };
}

test('takes a change by itself, once, and keeps what is good', async () => {
  const applied: (number | undefined)[] = [];
  const { keeper, write, log, end } = await keeping(async ({ rateLimit }) => {
    applied.push(rateLimit?.burst);
  });
  try {
    keeper.start();
    write(burst(2));
    await waitFor('it is taken', 5000, () => (applied.length > 0 ? true : undefined), 5);
    write('rate_limit: { brust: 3 }\n');
    await waitFor('it is refused', 5000, () => (keeper.verdict().successful ? undefined : true), 5);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(applied).toEqual([2]);
    expect(keeper.verdict().error).toMatch(/web\.yml:1:15: .*did you mean `burst`/);
    // Looked at ten times since, and told once.
    expect(log.lines.filter((line) => line.includes('last good one'))).toHaveLength(1);
    write(burst(4));
    await waitFor('it is good again', 5000, () => (keeper.verdict().successful ? true : undefined), 5);
    expect(applied).toEqual([2, 4]);
  } finally {
    await end();
  }
});

test('says that the server could not be opened anew, and tries again by itself', async () => {
  let isTaken = true;
  const { keeper, write, end } = await keeping(async () => {
    if (isTaken) throw new Error('the port is taken');
  });
  try {
    write(burst(2));
    expect(await keeper.reload()).toEqual({ ok: false, message: 'Error: the port is taken' });
    expect(keeper.verdict().successful).toBe(false);
    isTaken = false;
    keeper.start();
    await waitFor('it is open', 5000, () => (keeper.verdict().successful ? true : undefined), 5);
  } finally {
    await end();
  }
});

test('takes one change after the other', async () => {
  let under = 0;
  let most = 0;
  const { keeper, end } = await keeping(async () => {
    most = Math.max(most, ++under);
    await new Promise((resolve) => setTimeout(resolve, 5));
    under--;
  });
  try {
    await Promise.all([keeper.reload(), keeper.reload(), keeper.reload()]);
    expect(most).toBe(1);
  } finally {
    await end();
  }
});
