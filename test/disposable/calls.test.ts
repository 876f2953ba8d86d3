import { describe, expect, test } from 'vitest';
import { diskCalls } from '../../src/disposable/disk-calls.ts';
import { DisposableError } from '../../src/disposable/error.ts';
import type { Disposable } from '../../src/disposable/parent.ts';
import { stateFiles } from '../../src/disposable/state-files.ts';

/** A disposable process whose answers a test gives, in order; what was asked is kept. */
function scripted(...answers: (() => Promise<unknown>)[]): Disposable & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    call<T>(op: string): Promise<T> {
      asked.push(op);
      const answer = answers.shift() ?? (() => Promise.reject(new Error('no further answer')));
      return answer() as Promise<T>;
    },
    stop: () => {},
    abandoned: () => 0,
  };
}

const never = new Promise<void>(() => {});
const deadline = (released: Promise<void> = never) =>
  Promise.reject(new DisposableError('deadline', 'too late', { released }));
const failed = (code: string | undefined) =>
  Promise.reject(new DisposableError('failed', 'made up', { code }));
const exhausted = () => Promise.reject(new DisposableError('exhausted', 'too many'));

describe('the calls of the disk observer', () => {
  test.each([
    ['a deadline', () => deadline(), 'stuck'],
    ['too many stuck helpers', exhausted, 'exhausted'],
    ['an errno', () => failed('ENOTCONN'), 'enotconn'],
    ['a helper that died', () => failed(undefined), 'error'],
  ])('%s has a reason', async (_, answer, reason) => {
    await expect(diskCalls(scripted(answer)).statfs('/x', 100)).rejects.toMatchObject({ reason });
  });

  test('a stuck call tells when the kernel has let go of it', async () => {
    const released = Promise.resolve();
    await expect(diskCalls(scripted(() => deadline(released))).statfs('/x', 100)).rejects.toMatchObject({
      released,
    });
  });

  test('when describing the machine was too slow once, the kernel alone is asked from then on', async () => {
    const disposable = scripted(
      () => deadline(),
      async () => 'plain',
      async () => 'plain again',
    );
    const calls = diskCalls(disposable);
    expect([await calls.host(100), await calls.host(100)]).toEqual(['plain', 'plain again']);
    expect(disposable.asked).toEqual(['host', 'plainHost', 'plainHost']);
  });

  test('too many stuck helpers say nothing against describing the machine', async () => {
    const disposable = scripted(exhausted, async () => 'full');
    const calls = diskCalls(disposable);
    await expect(calls.host(100)).rejects.toMatchObject({ reason: 'exhausted' });
    expect(await calls.host(100)).toBe('full');
  });
});

describe('the files of a state directory', () => {
  test('while one access is stuck no other is tried, waiting ones included', async () => {
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const disposable = scripted(
      () => deadline(released),
      async () => undefined,
    );
    const files = stateFiles(disposable, '/state');
    const [one, two] = await Promise.allSettled([files.read('a'), files.read('b')]);
    expect(one).toMatchObject({ status: 'rejected', reason: { code: 'STUCK' } });
    expect(two).toMatchObject({ status: 'rejected', reason: { code: 'STUCK' } });
    await expect(files.setAside('a', 'b')).rejects.toMatchObject({ code: 'STUCK' });
    expect(disposable.asked).toEqual(['read']);
    release();
    await released;
    expect(await files.read('a')).toBeUndefined();
  });

  test.each([
    ['an errno', () => failed('ENOSPC'), 'ENOSPC'],
    ['a helper that died', () => failed(undefined), 'FAILED'],
    ['too many stuck helpers', exhausted, 'EXHAUSTED'],
  ])('%s has a code', async (_, answer, code) => {
    await expect(stateFiles(scripted(answer), '/state').read('a')).rejects.toMatchObject({ code });
  });
});
