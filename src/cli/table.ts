import { PLAIN, type Style, type Tone } from './screen.ts';
import { cutToWidth, padToWidth, widthOf } from './width.ts';

/** Text that is meant in a certain way, or text. */
export type Cell = string | { readonly text: string; readonly tone: Tone };

/** A column that is `fixed` gives way only once all others are as narrow as they can be. */
export type Column = string | { readonly fixed: string };

const titleOf = (column: Column): string => (typeof column === 'string' ? column : column.fixed);

const GAP = 2;
/** A column is never narrower for the sake of others. */
const MIN_WIDTH = 4;

/**
 * Lays rows out in columns, two blanks apart; the last column is not padded. Control characters are shown escaped. Where
 * the screen is too narrow, the widest columns give way, and what is cut has `…` in its middle.
 */
export function table(
  header: readonly Column[],
  rows: readonly (readonly Cell[])[],
  { columns, paint }: Style = PLAIN,
): string {
  const cells = [header.map((column): Cell => ({ text: titleOf(column), tone: 'dim' })), ...rows].map((row) =>
    row.map((cell) =>
      typeof cell === 'string'
        ? { text: printable(cell), tone: undefined }
        : { ...cell, text: printable(cell.text) },
    ),
  );
  const natural = header.map((_, column) =>
    Math.max(...cells.map((row) => widthOf(row[column]?.text ?? ''))),
  );
  const widths =
    columns === undefined ? natural : narrowed(natural, columns - GAP * (header.length - 1), header);
  const line = (row: (typeof cells)[number]): string =>
    row
      .map(({ text, tone }, column) => {
        const width = widths[column] ?? 0;
        const cut = cutToWidth(text, width);
        const painted = tone === undefined ? cut : paint(tone, cut);
        return column === row.length - 1 ? painted : padToWidth(painted, width);
      })
      .join(' '.repeat(GAP));
  return `${cells.map(line).join('\n')}\n`;
}

/** Takes from the widest, one column at a time, until all have room. */
function narrowed(natural: readonly number[], room: number, header: readonly Column[]): readonly number[] {
  const widths = [...natural];
  const give = (isAsked: (column: Column | undefined) => boolean): void => {
    for (let excess = widths.reduce((sum, width) => sum + width, 0) - room; excess > 0; excess--) {
      const widest = Math.max(...widths.filter((_, index) => isAsked(header[index])));
      if (!(widest > MIN_WIDTH)) return;
      widths[widths.findIndex((width, index) => width === widest && isAsked(header[index]))] = widest - 1;
    }
  };
  give((column) => typeof column === 'string');
  give(() => true);
  return widths;
}

/** What acts instead of being shown, and what terminals do not agree on the width of: flags, skin, variants. */
const UNPRINTABLE =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Emoji_Modifier}\p{Regional_Indicator}\p{Variation_Selector}]/gu;

/** A name may hold anything, also an escape sequence that would repaint the terminal. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => {
    const json = JSON.stringify(character).slice(1, -1);
    const code = (character.codePointAt(0) ?? 0).toString(16);
    // JSON leaves all but the first 32 as they are.
    return json !== character ? json : code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`;
  });
}
