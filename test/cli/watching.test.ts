import { describe, expect, test } from 'vitest';
import type { Screen } from '../../src/cli/screen.ts';
import { drawn, parseWatch, watchOn } from '../../src/cli/watching.ts';

const PIPE: Screen = { isTerminal: false, colors: false, columns: undefined, rows: undefined };
const WINDOW: Screen = { isTerminal: true, colors: true, columns: 10, rows: 4 };
const UNSEEN = 2;

/** A process that hears signals when the test says so, and says at most so many blocks. */
function stage(screen = PIPE, blocks = Number.POSITIVE_INFINITY) {
  const said: string[] = [];
  let take: (signal: NodeJS.Signals) => void = () => expect.unreachable();
  const io = {
    screen: () => screen,
    say: (text: string) => {
      said.push(text);
      return said.length < blocks;
    },
    onSignal: (next: (signal: NodeJS.Signals) => void) => {
      take = next;
    },
  };
  return { io, said, signal: (signal: NodeJS.Signals) => take(signal) };
}

describe('watchOn', () => {
  test('looks until SIGINT, and ends as the last look would have', async () => {
    const { io, said, signal } = stage();
    const codes = [0, 0, 1];
    const look = async () => {
      const exitCode = codes[said.length] ?? 0;
      if (exitCode === 1) setImmediate(() => signal('SIGINT'));
      return { text: `look ${said.length}\n`, exitCode };
    };
    expect(await watchOn(io, { everyMs: 5, unseen: UNSEEN, look })).toBe(1);
    expect(said.join('')).toBe('look 0\n\nlook 1\n\nlook 2\n');
  });

  test('ends at once while it looks or waits, with what it knows', async () => {
    const first = stage();
    setImmediate(() => first.signal('SIGTERM'));
    const never = () => new Promise<never>(() => {});
    expect(await watchOn(first.io, { everyMs: 5, unseen: UNSEEN, look: never })).toBe(UNSEEN);
    const later = stage();
    const look = async () => {
      setTimeout(() => later.signal('SIGINT'), 20);
      return { text: 'x\n', exitCode: 0 };
    };
    expect(await watchOn(later.io, { everyMs: 3_600_000, unseen: UNSEEN, look })).toBe(0);
  });

  test('a signal that means no end changes nothing', async () => {
    const { io, said, signal } = stage(PIPE, 3);
    const look = async () => {
      signal('SIGUSR1');
      return { text: 'x\n', exitCode: 0 };
    };
    await watchOn(io, { everyMs: 1, unseen: UNSEEN, look });
    expect(said).toHaveLength(3);
  });

  test('ends when nobody reads any more, and fails where a look fails', async () => {
    const { io, said } = stage(PIPE, 2);
    const look = async () => ({ text: 'x\n', exitCode: 1 });
    expect(await watchOn(io, { everyMs: 1, unseen: UNSEEN, look })).toBe(1);
    expect(said).toHaveLength(2);
    const failing = async () => Promise.reject(new Error('a bug'));
    await expect(watchOn(stage().io, { everyMs: 1, unseen: UNSEEN, look: failing })).rejects.toThrow('a bug');
  });
});

describe('a window', () => {
  test('is cleared once, drawn over from its first corner, and what was there before is gone', () => {
    expect(drawn('a\nb\n', WINDOW, true)).toBe('\u001b[H\u001b[2Ja\u001b[K\nb\u001b[K\n\u001b[J');
    expect(drawn('a\n', WINDOW, false)).toBe('\u001b[Ha\u001b[K\n\u001b[J');
  });

  test('shows what has room, and says how much has not', () => {
    const text = drawn('1\n2\n3\n4\n5\n', WINDOW, false);
    expect(text).toContain('1\u001b[K\n2\u001b[K\n… and 3 more lines');
    // A line of 15 columns takes two rows of ten.
    expect(drawn(`${'x'.repeat(15)}\n2\n3\n`, WINDOW, false)).toContain('x\u001b[K\n… and 2 more lines');
  });

  test('of unknown size shows all', () => {
    expect(drawn('1\n2\n3\n4\n5\n', { ...WINDOW, rows: undefined }, false)).toContain('5');
  });
});

describe('--watch', () => {
  test.each([
    [undefined, undefined],
    [true, 2000],
    ['1', 1000],
    ['3600', 3_600_000],
  ])('%s means %s ms', (given, ms) => expect(parseWatch(given, 2)).toBe(ms));
  test.each(['0', '3601', '1.5', '-1', 'often', '', '1e2'])('refuses %j', (given) => {
    expect(() => parseWatch(given, 2)).toThrow(/--watch: ".*" is no whole number of seconds from 1 to 3600/);
  });
});
