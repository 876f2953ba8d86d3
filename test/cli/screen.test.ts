import { describe, expect, test } from 'vitest';
import { screenOf, styleOf } from '../../src/cli/screen.ts';

const terminal = { isTTY: true, columns: 100, rows: 30 };

describe('the screen', () => {
  test.each([
    [terminal, {}, true],
    [terminal, { TERM: 'xterm' }, true],
    [terminal, { TERM: 'dumb' }, false],
    [terminal, { NO_COLOR: '1' }, false],
    [terminal, { NO_COLOR: '' }, true],
    [terminal, { FORCE_COLOR: '0' }, false],
    [terminal, { FORCE_COLOR: 'false' }, false],
    [{}, {}, false],
    [{}, { TERM: 'xterm' }, false],
    [{}, { FORCE_COLOR: '1' }, true],
    [{}, { FORCE_COLOR: '' }, true],
    [{}, { FORCE_COLOR: '1', NO_COLOR: '1' }, true],
    [terminal, { TERM: 'dumb', FORCE_COLOR: 'true' }, true],
  ])('of %o with %o has colours: %s', (stream, env, colors) => {
    expect(screenOf(stream, env).colors).toBe(colors);
    expect(styleOf(screenOf(stream, env)).paint('bad', 'x')).toBe(colors ? '\u001b[31mx\u001b[39m' : 'x');
  });

  test.each([
    [terminal, {}, 100, 30],
    [{ isTTY: true, columns: 0, rows: 0 }, {}, 80, undefined],
    [{ isTTY: true }, { COLUMNS: '120' }, 120, undefined],
    [{}, {}, undefined, undefined],
    [{}, { COLUMNS: '72' }, 72, undefined],
    [{}, { COLUMNS: 'wide' }, undefined, undefined],
  ])('of %o with %o is %s columns wide and %s rows high', (stream, env, columns, rows) => {
    expect(screenOf(stream, env)).toMatchObject({ columns, rows });
  });
});
