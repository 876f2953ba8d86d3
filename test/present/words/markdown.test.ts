import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inMarkdown, markdownTable, proseInMarkdown } from '../../../src/present/words/markdown.ts';
import { harmless } from '../../../src/present/words/text.ts';
import { HOSTILE_NAMES } from '../../fixtures/report.ts';

/** What a reader sees of escaped text: the way back of CommonMark's escapes and entities. */
const read = (markdown: string): string =>
  markdown
    .replace(/\\([!-/:-@[-`{-~])/g, '$1')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');

/** Text that is all markup, most of the time. */
const nasty = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.constantFrom(...'\\`*_{}[]()<>#+-.!|~&$@:/=\n\r\t 01wa"\'') }),
  fc.constantFrom(
    ...HOSTILE_NAMES,
    '|<script>',
    '`',
    '``a``',
    '&lt;script&gt;',
    '- [ ] x',
    '1. x',
    '===',
    '[x]: y',
  ),
);

describe('inMarkdown', () => {
  test.each([
    ['simfab_dev', 'simfab\\_dev'],
    ['|<script>', '\\|&lt;script&gt;'],
    ['two\nlines', 'two\ufffdlines'],
    ['[x](javascript:alert(1))', '\\[x\\](javascript:alert(1))'],
    ['![x](y)', '!\\[x\\](y)'],
    ['- item', '\\- item'],
    ['12. item', '12\\. item'],
    ['    code', 'code'],
    ['see http://evil.example', 'see http:\\/\\/evil.example'],
    ['www.evil.example', 'www\\.evil.example'],
    ['_www.evil.example', '\\_www\\.evil.example'],
    ['@everyone', '\\@everyone'],
    ['&lt;', '&amp;lt;'],
  ])('shows %j as it is', (text, markdown) => expect(inMarkdown(text)).toBe(markdown));

  test('loses nothing, is one line, and leaves no markup alive', () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const markdown = inMarkdown(text);
        expect(markdown).not.toMatch(/[\n\r<>]/);
        // Every sign that could begin something stands behind a backslash of its own.
        expect(markdown.replace(/\\[!-/:-@[-`{-~]/g, 'x')).not.toMatch(
          /[\\`*_{}[\]#|~$@]|:\/\/|www\.|^[-+=]|^\d+[.)]/,
        );
        expect(markdown.replace(/&(lt|gt|amp);/g, '')).not.toContain('&');
        expect(read(markdown)).toBe(harmless(text).trim());
      }),
      { numRuns: 2000 },
    );
  });
});

test('commands stand in code, the words around them are text', () => {
  expect(proseInMarkdown('Stop `docker stop a_b` now, a_b: `x`')).toBe(
    'Stop `docker stop a_b` now, a\\_b: `x`',
  );
  fc.assert(
    fc.property(nasty, (text) => {
      const prose = proseInMarkdown(text);
      expect(prose).not.toMatch(/[\n\r]/);
      // Outside of code there is no HTML.
      const outside = prose.split('`').filter((_, index) => index % 2 === 0);
      for (const part of outside) expect(part).not.toMatch(/[<>]/);
    }),
  );
});

test('a table has as many cells in each row, whatever they hold', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(nasty, nasty), { maxLength: 5 }), (rows) => {
      const table = markdownTable(
        ['A', 'B'],
        rows.map((row) => row.map(inMarkdown)),
      );
      expect(table).toHaveLength(rows.length + 2);
      for (const line of table) expect(line.replace(/\\[!-/:-@[-`{-~]/g, '').split('|')).toHaveLength(4);
    }),
  );
});
