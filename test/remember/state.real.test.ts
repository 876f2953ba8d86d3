import { chownSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createDisposable } from '../../src/disposable/parent.ts';
import { stateFiles } from '../../src/disposable/state-files.ts';
import { encodeHistory } from '../../src/remember/codec.ts';
import { createLedger } from '../../src/remember/ledger.ts';
import { built, ensureBuilt } from '../kit/build.ts';
import { realClock } from '../kit/clock.ts';
import { historyOf } from '../kit/histories.ts';
import { listLog } from '../kit/list-log.ts';
import { type Namespace, startNamespace } from '../kit/namespace.ts';
import { describeWith, program } from '../kit/needs.ts';
import { type Running, start } from '../kit/process.ts';
import { follow, namesIn, STATE_MAIN } from '../kit/state-program.ts';
import { waitFor } from '../kit/wait.ts';

let directory: string;
beforeAll(ensureBuilt);
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pgvigil-state-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const at = (name: string) => join(directory, name);
const manyNames = (count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`db${n}`, {}]));

function helperPids(): readonly number[] {
  const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').split(' ').filter(Boolean);
  return children
    .map(Number)
    .filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('child.js'));
}

function files() {
  const options = {
    modulePath: built('disposable/child.js'),
    maxAbandoned: 3,
    clock: realClock,
    log: listLog(),
  };
  const disposable = createDisposable(options);
  return { disposable, files: stateFiles(disposable, directory) };
}

describe('a writer that is killed', () => {
  test('200 times in the middle of its work never loses or halves a ledger', {
    timeout: 300_000,
  }, async () => {
    const { disposable, files: state } = files();
    const save = (number: number) => {
      const text = encodeHistory(historyOf({ ...manyNames(300), [`number ${number}`]: {} }));
      return state.writeDurably('ledger.json', new TextEncoder().encode(text), 'ledger.previous.json');
    };
    let asked = 0;
    let written = 0;
    let killedWriting = 0;
    // Twice, so that there is a previous one from the first round on.
    await save(0);
    await save(0);
    for (let round = 0; round < 200; round += 1) {
      const [pid] = helperPids();
      const killAt = performance.now() + Math.random() * 25;
      const kill = setTimeout(
        () => pid !== undefined && process.kill(pid, 'SIGKILL'),
        killAt - performance.now(),
      );
      for (;;) {
        asked += 1;
        try {
          await save(asked);
          written = asked;
        } catch {
          killedWriting += 1;
          break;
        }
      }
      clearTimeout(kill);
      const number = Number(namesIn(at('ledger.json')).at(-1)?.replace('number ', ''));
      // What was acknowledged is there; the write that was cut short is there whole, or not at all.
      expect([written, asked]).toContain(number);
      expect(namesIn(at('ledger.previous.json'))).toHaveLength(301);
      written = number;
      await state.read('ledger.json', 1);
    }
    expect(killedWriting).toBe(200);
    disposable.stop();
  });
});

describe('a ledger that was damaged on the disk', () => {
  const good = encodeHistory(historyOf({ good: {} }));
  test.each([
    ['empty', ''],
    ['truncated', good.slice(0, -30)],
    ['zeros', '\0'.repeat(8192)],
    ['of another version', good.replace('"version":1', '"version":9')],
  ])('%s is put aside, and the previous one is used', async (_, text) => {
    writeFileSync(at('ledger.json'), text);
    writeFileSync(at('ledger.previous.json'), good);
    const { disposable, files: state } = files();
    const ledger = createLedger({ files: state, clock: realClock, log: listLog() });
    expect(await ledger.load()).toEqual({
      history: historyOf({ good: {} }),
      corrupt: true,
      source: 'previous',
    });
    const aside = readdirSync(directory).find((name) => name.startsWith('ledger.corrupt-'));
    expect(readFileSync(at(aside ?? ''), 'utf8')).toBe(text);
    ledger.save(historyOf({ next: {} }));
    expect(await ledger.flush(5_000)).toBe(true);
    expect(namesIn(at('ledger.json'))).toEqual(['next']);
    expect(namesIn(at('ledger.previous.json'))).toEqual(['good']);
    disposable.stop();
  });
});

describeWith(['mounts'], 'a state directory that fails', () => {
  let space: Namespace;
  beforeEach(async () => {
    space = await startNamespace();
  });
  afterEach(async () => {
    await space.stop();
  });

  const startInside = async (path: string) => {
    const running = await space.start(process.execPath, STATE_MAIN, JSON.stringify({ directory: path }));
    return { running, ...(await follow(running)) };
  };
  const copyOut = async (path: string) => {
    await space.run('cp', '-r', path, at('copy'));
    return (name: string) => namesIn(join(at('copy'), name));
  };
  async function leave(running: Running, pid: string): Promise<number> {
    const startedAt = performance.now();
    await space.run('kill', '-TERM', pid);
    expect((await running.exited).code).toBe(0);
    return performance.now() - startedAt;
  }

  test('a full disk: served from memory, told once, nothing on it is hurt, and it heals', async () => {
    mkdirSync(at('state'));
    await space.run('mount', '-t', 'tmpfs', '-o', 'size=256k', 'made-up', at('state'));
    const { running, pid, becomesDurable, beat, last, complaints } = await startInside(at('state'));
    await becomesDurable(true);
    await space.run('bash', '-c', `cat /dev/zero > ${at('state/ballast')} || true`);
    await becomesDurable(false);
    await beat(10);
    expect(last()?.recent).toBe(`db${last()?.count}`);
    expect(complaints().filter((one) => one.includes('is full. Free some space'))).toHaveLength(
      complaints().length,
    );
    expect(complaints().length).toBeLessThanOrEqual(2);
    const saved = await copyOut(at('state'));
    expect(saved('ledger.json').length).toBeGreaterThan(0);
    expect(readdirSync(at('copy')).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    await space.run('rm', at('state/ballast'));
    await becomesDurable(true);
    expect(await leave(running, pid)).toBeLessThan(2_000);
    rmSync(at('copy'), { recursive: true });
    expect((await copyOut(at('state')))('ledger.json')).toHaveLength(last()?.count ?? 0);
  });

  test('a disk remounted read-only: told with what to do, and it heals', async () => {
    mkdirSync(at('state'));
    await space.run('mount', '-t', 'tmpfs', 'made-up', at('state'));
    const { becomesDurable, complaints, running, pid } = await startInside(at('state'));
    await becomesDurable(true);
    await space.run('mount', '-o', 'remount,ro', at('state'));
    await becomesDurable(false);
    expect(complaints()[0]).toContain('Remount it read-write');
    await space.run('mount', '-o', 'remount,rw', at('state'));
    await becomesDurable(true);
    await leave(running, pid);
  });

  test('a disk that is silent at the start: it starts without memory, and forgets nothing', async () => {
    mkdirSync(at('state'));
    writeFileSync(at('state/ledger.json'), encodeHistory(historyOf({ 'from before': {} })));
    const server = await space.fuse(at('state'), 'hang');
    const startedAt = performance.now();
    const { running, pid, loaded, becomesDurable, last } = await startInside(at('state'));
    expect(performance.now() - startedAt).toBeLessThan(5_000);
    expect(loaded).toMatchObject({ source: 'none', corrupt: false, names: [] });
    await waitFor('a beat', 5_000, () => last());
    expect(last()).toMatchObject({ durable: false, abandoned: 1 });
    await space.run('kill', '-KILL', String(server));
    await space.run('umount', at('state'));
    await becomesDurable(true, 20_000);
    await leave(running, pid);
    const names = namesIn(at('state/ledger.json'));
    expect(names).toContain('from before');
    expect(names).toContain('db1');
  });

  describeWith(['loop'], 'on a disk of its own', () => {
    test('a frozen disk: served from memory, the process can be ended, and it heals', async () => {
      mkdirSync(at('state'));
      await space.run('truncate', '-s', '16m', at('image'));
      await space.run('mkfs.ext4', '-q', at('image'));
      await space.run('mount', '-o', 'loop', at('image'), at('state'));
      const one = await startInside(at('state'));
      await one.becomesDurable(true);
      await space.run('fsfreeze', '-f', at('state'));
      try {
        await one.becomesDurable(false);
        // The heart beats on, and one helper is enough to learn that the disk is frozen.
        expect(await one.beat(20)).toBeLessThan(3_000);
        expect(one.last()?.abandoned).toBe(1);
        expect(one.complaints()[0]).toContain('does not answer');
        expect(await leave(one.running, one.pid)).toBeLessThan(2_000);
        expect(one.flushed()).toEqual([false, false]);
        const two = await startInside(at('state'));
        expect(two.loaded).toMatchObject({ source: 'current', corrupt: false });
        await two.becomesDurable(false);
        await space.run('fsfreeze', '-u', at('state'));
        await two.becomesDurable(true, 20_000);
        await leave(two.running, two.pid);
        expect(two.flushed()).toEqual([true, true]);
      } finally {
        await space.run('bash', '-c', `fsfreeze -u ${at('state')} 2>/dev/null; umount ${at('state')}; true`);
      }
    });
  });
});

describeWith(['root', 'mounts'], 'a state directory of somebody else', () => {
  test('is told with what to do; given back, nothing is lost', async () => {
    mkdirSync(at('state'), { mode: 0o755 });
    writeFileSync(at('state/ledger.json'), encodeHistory(historyOf({ 'from before': {} })), { mode: 0o600 });
    for (const path of ['state', 'state/ledger.json']) chownSync(at(path), 65_534, 65_534);
    // Root without the right to look into the files of others is anybody.
    const args = ['--bounding-set', '-dac_override,-dac_read_search', process.execPath, STATE_MAIN];
    const running = await start({
      command: program('setpriv'),
      args: [...args, JSON.stringify({ directory: at('state') })],
    });
    const { becomesDurable, complaints, loaded } = await follow(running);
    expect(loaded).toMatchObject({ source: 'none', corrupt: false });
    await becomesDurable(false);
    expect(complaints().join('\n')).toContain('Give it to the user that pgvigil runs as');
    for (const path of ['state', 'state/ledger.json']) chownSync(at(path), 0, 0);
    await becomesDurable(true, 20_000);
    await running.stop();
    expect(namesIn(at('state/ledger.json'))).toContain('from before');
  });
});
