import { stripVTControlCharacters } from 'node:util';

/** What a terminal shows over two columns: East Asian wide and fullwidth (UAX #11), and emoji. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18cff}\u{1aff0}-\u{1b2ff}\u{1f200}-\u{1f265}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
/** What stands on the character before it. */
const ON_TOP = /[\p{Mn}\p{Me}\u1160-\u11ff\ud7b0-\ud7c6\ud7cb-\ud7fb]/u;

/** How many columns of a terminal a printable text takes; colours take none. */
export function widthOf(text: string): number {
  // Most text is plain.
  if (/^[ -~]*$/.test(text)) return text.length;
  return [...stripVTControlCharacters(text)].reduce((sum, character) => sum + widthOfOne(character), 0);
}

function widthOfOne(character: string): number {
  if (ON_TOP.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

/** A text in no more than `width` columns: what is too long loses its middle, for names differ at both ends. */
export function cutToWidth(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  const tail = Math.floor((width - 1) / 3);
  const characters = [...text];
  return `${fitting(characters, width - 1 - tail)}…${fitting(characters.toReversed(), tail, true)}`;
}

/** As many of the characters as fit; a mark is never parted from what it stands on. */
function fitting(characters: readonly string[], width: number, fromEnd = false): string {
  let left = width;
  let taken = '';
  let marks = '';
  for (const character of characters) {
    const own = widthOfOne(character);
    if (own > left) break;
    left -= own;
    if (!fromEnd) taken += character;
    else if (own === 0) marks = character + marks;
    else {
      taken = character + marks + taken;
      marks = '';
    }
  }
  return taken;
}

/** A text followed by blanks up to `width` columns. */
export function padToWidth(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}
