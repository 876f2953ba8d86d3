import { harmless } from './text.ts';

/** What means something in a line of Markdown (CommonMark 0.31, GFM tables and strikethrough, mentions). */
const MARKUP = /[\\`*_{}[\]#|~$@]/g;
/** Entities, for the oldest Markdown has no backslash before these. */
const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/**
 * Text of others as a part of a line of Markdown that shows it as it is: no markup, no HTML, no link, no end of the line.
 */
export function inMarkdown(text: string): string {
  return harmless(text)
    .trim()
    .replace(MARKUP, '\\$&')
    .replace(/[&<>]/g, (sign) => ENTITIES[sign] ?? '')
    .replace(/:\/\//g, ':\\/\\/')
    .replace(/www\./gi, (word) => `${word.slice(0, 3)}\\.`)
    .replace(/^[-+=]/, '\\$&')
    .replace(/^(\d+)([.)])/, '$1\\$2');
}

/** Words of ours in which commands stand between backticks. */
export function proseInMarkdown(words: string): string {
  return words
    .split('`')
    .map((part, index) => (index % 2 === 0 ? spaced(part) : `\`${harmless(part)}\``))
    .join('');
}

/** A part between two commands keeps the blanks around it. */
function spaced(part: string): string {
  const [, before = '', middle = '', after = ''] = /^( *)(.*?)( *)$/s.exec(part) ?? [];
  return `${before}${middle === '' ? '' : inMarkdown(middle)}${after}`;
}

/** A table of cells that are Markdown already. */
export function markdownTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)];
}
