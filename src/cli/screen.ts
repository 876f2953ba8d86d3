import { styleText } from 'node:util';

/** What is behind standard output. */
export interface Screen {
  readonly isTerminal: boolean;
  readonly colors: boolean;
  /** `undefined`: lines may be as long as they are. */
  readonly columns: number | undefined;
  /** `undefined`: there is no end. */
  readonly rows: number | undefined;
}

/** How a word is meant; a colour never says what the word does not. */
export type Tone = 'good' | 'bad' | 'unsure' | 'dim' | 'strong';

/** How text is laid out. */
export interface Style {
  readonly columns: number | undefined;
  readonly paint: (tone: Tone, text: string) => string;
}

const FORMATS = {
  good: 'green',
  bad: 'red',
  unsure: 'yellow',
  dim: 'dim',
  strong: 'bold',
} as const satisfies Record<Tone, string>;

/** Text as it is, however long. */
export const PLAIN: Style = { columns: undefined, paint: (_, text) => text };

const USUAL_COLUMNS = 80;

/** The screen of a stream, as far as it is one; FORCE_COLOR, NO_COLOR, TERM=dumb and COLUMNS have their usual meaning. */
export function screenOf(
  stream: { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number },
  env: Readonly<Record<string, string | undefined>>,
): Screen {
  const isTerminal = stream.isTTY === true;
  const given = /^[1-9]\d{1,3}$/.test(env['COLUMNS'] ?? '') ? Number(env['COLUMNS']) : undefined;
  return {
    isTerminal,
    colors: wantsColors(isTerminal, env),
    columns: isTerminal ? stream.columns || (given ?? USUAL_COLUMNS) : given,
    rows: isTerminal ? stream.rows || undefined : undefined,
  };
}

function wantsColors(isTerminal: boolean, env: Readonly<Record<string, string | undefined>>): boolean {
  const { FORCE_COLOR: force, NO_COLOR: no, TERM: term } = env;
  if (force !== undefined) return force !== '0' && force !== 'false';
  return isTerminal && (no === undefined || no === '') && term !== 'dumb';
}

/** How text is laid out for a screen. */
export function styleOf({ colors, columns }: Screen): Style {
  if (!colors) return { columns, paint: PLAIN.paint };
  return {
    columns,
    // Whether there are colours is settled; node would look at its own standard output again.
    paint: (tone, text) => (text === '' ? '' : styleText(FORMATS[tone], text, { validateStream: false })),
  };
}
