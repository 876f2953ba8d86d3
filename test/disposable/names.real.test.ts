import type { LookupAddress } from 'node:dns';
import { lookup as resolve } from 'node:dns';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { childPrograms } from '../../src/children.ts';
import { createNames, type Names } from '../../src/disposable/names.ts';
import { built, ensureBuilt } from '../kit/build.ts';
import { listLog } from '../kit/list-log.ts';
import { waitFor } from '../kit/wait.ts';

const started: Names[] = [];
beforeAll(ensureBuilt);
afterEach(() => {
  for (const names of started.splice(0)) names.stop();
});

function create(modulePath = built('disposable/names-child.js'), deadlineMs = 30_000): Names {
  const names = createNames({ modulePath, environment: {}, log: listLog(), deadlineMs });
  started.push(names);
  return names;
}

interface Answer {
  readonly code: string | undefined;
  readonly addresses: readonly string[];
}

/** What a lookup says; codes and addresses only. */
function ask(lookup: Names['lookup'] | typeof resolve, name: string): Promise<Answer> {
  return new Promise((answer) => {
    lookup(name, { all: true }, (error, addresses) =>
      answer({
        code: error?.code,
        addresses: ((addresses ?? []) as LookupAddress[]).map(({ address }) => address),
      }),
    );
  });
}

const children = (): readonly number[] =>
  readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
const helper = (): number | undefined =>
  children().find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('names-child'));

describe('names, asked by a process of their own', () => {
  test('says what the system says, also that there is no such name', async () => {
    const { lookup } = create();
    for (const name of [hostname(), 'no-such-host.invalid']) {
      expect(await ask(lookup, name)).toEqual(await ask(resolve, name));
    }
    expect(helper()).toBeDefined();
  });

  test('localhost needs no process', async () => {
    const answer = await ask(create().lookup, 'localhost');
    expect(answer.addresses.length).toBeGreaterThan(0);
    expect(helper()).toBeUndefined();
  });

  test('a process that dies with the question takes it to nobody: it is asked here, and the next by a new one', async () => {
    const { lookup } = create();
    await ask(lookup, hostname());
    const first = helper();
    process.kill(first ?? 0, 'SIGSTOP');
    const asked = ask(lookup, hostname());
    process.kill(first ?? 0, 'SIGKILL');
    expect(await asked).toEqual(await ask(resolve, hostname()));
    expect((await ask(lookup, hostname())).code).toBeUndefined();
    expect(helper()).not.toBe(first);
  });

  test('a process that is silent is given up, and nothing is asked in our own threads instead', async () => {
    const { lookup } = create(undefined, 500);
    await ask(lookup, hostname());
    const first = helper();
    process.kill(first ?? 0, 'SIGSTOP');
    // What can be found here is not looked for here.
    expect(await ask(lookup, hostname())).toEqual({ code: 'EAI_AGAIN', addresses: [] });
    expect((await ask(lookup, hostname())).code).toBeUndefined();
    expect(helper()).not.toBe(first);
  });

  test('without the program of the process names are still found', async () => {
    const { lookup } = create('/no/such/module.js');
    expect(await ask(lookup, hostname())).toEqual(await ask(resolve, hostname()));
  });

  test('it ends with its owner, whatever it waits for', async () => {
    const names = create();
    await ask(names.lookup, hostname());
    const pid = helper() ?? 0;
    process.kill(pid, 'SIGSTOP');
    names.lookup('db.invalid', {}, () => {});
    names.stop();
    await waitFor('its end', 2000, () => (helper() === undefined ? true : undefined));
  });
});

test('of the environment only what the resolver reads is passed on', () => {
  const { resolverEnvironment } = childPrograms({ RES_OPTIONS: 'timeout:1', PGPASSWORD: 'x' });
  expect(resolverEnvironment).toEqual({ RES_OPTIONS: 'timeout:1' });
});
