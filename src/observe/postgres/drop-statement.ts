/** Blank, comment to the end of the line, quoted identifier, bare word, sign (scan.l; `\v` since PostgreSQL 16). */
const TOKEN =
  /[ \t\n\r\f\v]+|--[^\n\r]*|"((?:[^"]|"")+)"|([A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)|([();,])/y;

/** Longest name in bytes (NAMEDATALEN - 1); the server cuts what is longer. */
const NAME_BYTES = 63;

interface Token {
  readonly kind: 'quoted' | 'word' | 'sign';
  readonly text: string;
}

/**
 * The database that a text drops, when it is one whole `DROP DATABASE [IF EXISTS] name [[WITH] (FORCE)]` and
 * nothing else; `undefined` for every other text, also for one that was cut (track_activity_query_size).
 */
export function droppedDatabase(statement: string): string | undefined {
  const tokens = tokensOf(statement);
  if (tokens === undefined) return undefined;
  let at = 0;
  const took = (...words: readonly string[]): boolean => {
    const all = words.every((word, index) => isPlain(tokens[at + index], word));
    if (all) at += words.length;
    return all;
  };
  while (took(';'));
  if (!took('drop', 'database')) return undefined;
  took('if', 'exists');
  const name = tokens[at];
  if (name === undefined || name.kind === 'sign') return undefined;
  at += 1;
  const hasWith = took('with');
  if (took('(', 'force')) {
    while (took(',', 'force'));
    if (!took(')')) return undefined;
  } else if (hasWith) return undefined;
  while (took(';'));
  return at === tokens.length ? cut(name.text) : undefined;
}

const isPlain = (token: Token | undefined, text: string): boolean =>
  token !== undefined && token.kind !== 'quoted' && token.text === text;

function tokensOf(text: string): readonly Token[] | undefined {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    if (text.startsWith('/*', at)) {
      const end = endOfComment(text, at);
      if (end === undefined) return undefined;
      at = end;
      continue;
    }
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(text);
    if (!found) return undefined;
    const [, quoted, word, sign] = found;
    if (quoted !== undefined) tokens.push({ kind: 'quoted', text: quoted.replaceAll('""', '"') });
    else if (word !== undefined) tokens.push({ kind: 'word', text: fold(word) });
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign });
    at = TOKEN.lastIndex;
  }
  return tokens;
}

/** Comments nest in SQL; `undefined` when one is not closed. */
function endOfComment(text: string, start: number): number | undefined {
  const mark = /\/\*|\*\//g;
  mark.lastIndex = start;
  let depth = 0;
  for (let found = mark.exec(text); found; found = mark.exec(text)) {
    depth += found[0] === '/*' ? 1 : -1;
    if (depth === 0) return mark.lastIndex;
  }
  return undefined;
}

/** As downcase_identifier: only the letters of ASCII. */
const fold = (word: string): string => word.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

function cut(name: string): string {
  let bytes = 0;
  let kept = '';
  for (const character of name) {
    bytes += Buffer.byteLength(character);
    if (bytes > NAME_BYTES) break;
    kept += character;
  }
  return kept;
}
