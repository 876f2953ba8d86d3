import { describe, expect, test } from 'vitest';
import { backupDisks } from '../../src/disposable/backup-disk.ts';
import { DisposableError } from '../../src/disposable/error.ts';
import type { Disposable } from '../../src/disposable/parent.ts';

/** A process for which everything below `/hung` hangs until it is released; what was asked is kept. */
function hanging() {
  const asked: string[] = [];
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const disposable: Disposable = {
    async call<T>(_: string, { directory, path }: { directory?: string; path?: string }): Promise<T> {
      const place = directory ?? path ?? '';
      asked.push(place);
      if (place.startsWith('/hung')) throw new DisposableError('deadline', 'too late', { released });
      return [] as T;
    },
    stop: () => {},
    abandoned: () => 0,
  };
  return { asked, release: () => release(), released, diskOf: backupDisks(disposable, 100) };
}

const STUCK = { status: 'rejected', reason: { reason: 'stuck' } };

describe('the disks of backups', () => {
  test('a place that hangs holds one helper, waiting calls and other sources of it included', async () => {
    const { asked, diskOf, release, released } = hanging();
    const calls = [
      diskOf('/hung').tree('/hung', 1),
      diskOf('/hung').beginning('/hung/a', 10),
      diskOf('/hung').beginning('/hung/b', 10),
    ];
    expect(await Promise.allSettled(calls)).toMatchObject([STUCK, STUCK, STUCK]);
    expect(asked).toEqual(['/hung']);
    release();
    await released;
    await Promise.allSettled([diskOf('/hung').tree('/hung/again', 1)]);
    expect(asked).toEqual(['/hung', '/hung/again']);
  });

  test('places that hang say nothing of another one', async () => {
    const { diskOf } = hanging();
    const hung = ['/hung/a', '/hung/b', '/hung/c'].map((place) => diskOf(place).tree(place, 1));
    expect(await Promise.allSettled(hung)).toMatchObject([STUCK, STUCK, STUCK]);
    expect(await diskOf('/well').tree('/well', 1)).toEqual([]);
  });
});
