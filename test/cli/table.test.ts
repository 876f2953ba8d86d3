import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PLAIN, type Style } from '../../src/cli/screen.ts';
import { printable, table } from '../../src/cli/table.ts';
import { cutToWidth, widthOf } from '../../src/cli/width.ts';
import { HOSTILE_NAMES } from '../fixtures/report.ts';

const hostile = fc.oneof(
  fc.constantFrom(
    ...HOSTILE_NAMES,
    '数据库',
    'データ',
    '데이터',
    '👩‍👩‍👧',
    '🇩🇪',
    '👍🏽',
    '❤️',
    'e\u0301t\u00e9',
    '\u001b[2J',
    '\u009b31m',
  ),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
);
const at = (columns: number): Style => ({ ...PLAIN, columns });

describe('printable', () => {
  test.each([
    ['two\nlines', 'two\\nlines'],
    ['\u001b[2J', '\\u001b[2J'],
    ['\u007f', '\\u007f'],
    ['\u009b31m', '\\u009b31m'],
    ['a\u202eb', 'a\\u202eb'],
    ['\ud83d half', '\\ud83d half'],
    ['👩\u200d👧', '👩\\u200d👧'],
    ['🇩🇪', '\\u{1f1e9}\\u{1f1ea}'],
    ['été 数据 🐘 e\u0301', 'été 数据 🐘 e\u0301'],
  ])('shows %j as %s', (text, shown) => expect(printable(text)).toBe(shown));

  test('leaves nothing that acts on a terminal', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(printable(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});

describe('width', () => {
  test.each([
    ['plain', 5],
    ['été', 3],
    ['e\u0301te\u0301', 3],
    ['数据', 4],
    ['한국', 4],
    ['ﾃﾞｰﾀ', 4],
    ['🐘', 2],
    ['\u001b[31mred\u001b[39m', 3],
  ])('of %j is %i', (text, width) => expect(widthOf(text)).toBe(width));

  test.each([
    ['simfab-facelift_postgres_data', 16, 'simfab-fac…_data'],
    ['short', 5, 'short'],
    ['abc', 1, '…'],
    ['数据库数据库', 7, '数据…库'],
    ['xxxxxe\u0301', 4, 'xx…e\u0301'],
  ])('cuts %j to %i', (text, width, cut) => expect(cutToWidth(text, width)).toBe(cut));

  test('what is cut is never wider, keeps both ends, and what fits stays', () => {
    fc.assert(
      fc.property(hostile, fc.integer({ min: 1, max: 40 }), (text, width) => {
        const shown = printable(text);
        const cut = cutToWidth(shown, width);
        expect(widthOf(cut)).toBeLessThanOrEqual(width);
        if (widthOf(shown) <= width) expect(cut).toBe(shown);
        else {
          const [head = '', tail = ''] = cut.split(/…(?=[^…]*$)/);
          expect(shown.startsWith(head)).toBe(true);
          expect(shown.endsWith(tail)).toBe(true);
        }
      }),
    );
  });
});

describe('table', () => {
  test('keeps its columns in line, whatever the cells hold, and fits the screen', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(hostile, hostile, hostile), { minLength: 1, maxLength: 5 }),
        fc.option(fc.integer({ min: 30, max: 120 })),
        (rows, columns) => {
          const marked = rows.map(([a, b, c]) => [
            a.replaceAll('¦', ''),
            `¦${b.replaceAll('¦', '')}`,
            `¦${c.replaceAll('¦', '')}`,
          ]);
          const text = table(
            ['A', '¦B', '¦C'],
            marked.map((row) => row.map((cell) => cell.replaceAll('…', '.'))),
            columns === null ? PLAIN : at(columns),
          );
          const lines = text.trimEnd().split('\n');
          expect(lines).toHaveLength(rows.length + 1);
          const places = lines.map((line) =>
            line
              .split('¦')
              .slice(0, -1)
              .map((part) => widthOf(part))
              .join(),
          );
          expect(new Set(places).size).toBe(1);
          if (columns !== null) for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(columns);
        },
      ),
    );
  });

  test('cuts the widest first, and leaves short columns alone', () => {
    const text = table(['NAME', 'VERDICT', 'SIZE'], [['x'.repeat(60), 'present', '523 MiB']], at(40));
    expect(text.split('\n')[1]).toBe(`${'x'.repeat(14)}…${'x'.repeat(7)}  present  523 MiB`);
  });

  test('cuts a fixed column only where nothing else is left to cut', () => {
    const row = ['n'.repeat(20), 'c'.repeat(30)];
    expect(table(['N', { fixed: 'C' }], [row], at(40)).split('\n')[1]).toBe(`nnnnn…nn  ${'c'.repeat(30)}`);
    expect(table(['N', { fixed: 'C' }], [row], at(20)).split('\n')[1]).toBe(
      `nn…n  ${'c'.repeat(9)}…${'c'.repeat(4)}`,
    );
  });

  test('paints cells and not the blanks between them', () => {
    const style: Style = { columns: undefined, paint: (tone, text) => `<${tone}>${text}</>` };
    expect(table(['A', 'B'], [[{ text: 'x', tone: 'good' }, 'yy']], style).split('\n')[1]).toBe(
      '<good>x</>  yy',
    );
  });
});
