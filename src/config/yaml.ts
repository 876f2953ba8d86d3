import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLMap,
} from 'yaml';
import type { Path } from './problem.ts';

/** A place in the text, both counted from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Something the text itself is wrong about. */
export interface YamlProblem extends Place {
  readonly path: Path;
  readonly message: string;
}

/** What was read from YAML, and where each part of it stands. */
export interface YamlText {
  /** Plain data; `undefined` where the text cannot be read as YAML. */
  readonly value: unknown;
  readonly problems: readonly YamlProblem[];
  /** The place of a value or of its key; of something missing, the mapping it is missing from. */
  readonly locate: (path: Path, at: 'key' | 'value') => Place;
  /** Whether a key can be repeated in a message: one that stands alone on its line, not a piece of a broken value. */
  readonly isPlainKey: (path: Path) => boolean;
}

/** A configuration is a few kilobytes: anything of this size is another file. */
const MAX_CHARACTERS = 1_048_576;

/** Nobody reads more, and each costs a walk through the document. */
const MAX_PROBLEMS = 100;

/** What the codes of the yaml library mean to a person. Its own messages repeat pieces of the text. */
const SYNTAX: Readonly<Record<string, string>> = {
  BAD_ALIAS: 'an alias (*) is not written rightly: put a text that begins with * in quotes',
  BAD_DQ_ESCAPE: 'an unknown escape in "double quotes": use \'single quotes\', where a backslash is itself',
  BAD_INDENT:
    'the indentation does not fit the lines before, or a bracket is open: indent with two spaces per level',
  BAD_SCALAR_START: 'a text must not begin with this character: put it in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'a second `: ` on one line: put the value in quotes, or break the line',
  BLOCK_IN_FLOW: 'an indented list or mapping inside [] or {}: write one of the two forms',
  DUPLICATE_KEY: 'this key is written twice in the same mapping: keep one',
  MISSING_CHAR: 'a quote, bracket, comma or colon is missing here or before, or the indentation is wrong',
  MULTILINE_IMPLICIT_KEY: 'a key must stand on one line and end with `:`',
  MULTIPLE_DOCS: 'a second document begins here: delete the `---` line',
  NON_STRING_KEY: 'a key must be plain text: put it, or the value with braces before the colon, in quotes',
  RESOURCE_EXHAUSTION: 'is nested too deeply: this is no configuration of pgvigil',
  TAB_AS_INDENT: 'a tab in the indentation: use spaces',
  TAG_RESOLVE_FAILED: 'a tag (!) is not read: put a text that begins with ! in quotes',
};

/** Takes the text of a YAML 1.2 file and gives its data with the places; never throws. */
export function readYaml(text: string): YamlText {
  const lines = new LineCounter();
  const unreadable = (message: string): YamlText => ({
    value: undefined,
    problems: [{ line: 1, column: 1, path: [], message }],
    locate: () => ({ line: 1, column: 1 }),
    isPlainKey: () => false,
  });
  if (text.length > MAX_CHARACTERS)
    return unreadable('is larger than 1 MiB: this is no configuration of pgvigil');
  try {
    const document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      version: '1.2',
      stringKeys: true,
    });
    const problems = syntaxProblems(document, lines);
    const broken = problems.some(({ duplicate }) => !duplicate);
    return {
      value: broken ? undefined : document.toJS(),
      problems,
      locate: (path, at) => place(lines, offsetOf(document, path, at)),
      isPlainKey: (path) => isPlainKey(document, path),
    };
  } catch {
    // The library gives up by throwing: too deep a nesting, too many aliases.
    return unreadable('cannot be read as YAML: it is nested too deeply, or repeats itself by aliases');
  }
}

function syntaxProblems(document: Document.Parsed, lines: LineCounter) {
  const problems = [...document.errors, ...document.warnings].slice(0, MAX_PROBLEMS).map(({ code, pos }) => ({
    ...place(lines, pos[0]),
    path: code === 'DUPLICATE_KEY' ? pathOfKey(document, pos[0]) : [],
    message: SYNTAX[code] ?? 'is not valid YAML here: check indentation, quotes and brackets',
    duplicate: code === 'DUPLICATE_KEY',
  }));
  visit(document, {
    Alias: (_, alias) => {
      if (alias.resolve(document) !== undefined) return;
      const message = 'this alias (*) has no anchor (&): put a text that begins with * in quotes';
      problems.push({ ...place(lines, alias.range?.[0]), path: [], message, duplicate: false });
    },
  });
  // The library stumbles over one mistake many times: the first one of a line says it.
  return problems.filter(({ line }, index) => problems.findIndex((other) => other.line === line) === index);
}

function place(lines: LineCounter, offset: number | undefined): Place {
  const { line, col } = lines.linePos(offset ?? 0);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

function offsetOf(document: Document.Parsed, path: Path, at: 'key' | 'value'): number | undefined {
  let node: Node | null = document.contents;
  let offset = node?.range?.[0];
  for (const [index, part] of path.entries()) {
    const holder = isAlias(node) ? node.resolve(document) : node;
    if (isSeq(holder) && typeof part === 'number') {
      node = asNode(holder.items[part]);
    } else if (isMap(holder)) {
      const pair = pairOf(holder, part);
      if (pair === undefined) return offset;
      const key = asNode(pair.key);
      node = asNode(pair.value);
      const last = index === path.length - 1;
      // An empty value has a place of its own that may lie on a later line: its key is what a person looks for.
      const empty = isScalar(node) && node.range?.[0] === node.range?.[1];
      offset = (last && at === 'key') || node === null || empty ? key?.range?.[0] : node.range?.[0];
      continue;
    } else return offset;
    if (node === null) return offset;
    offset = node.range?.[0] ?? offset;
  }
  return offset;
}

function isPlainKey(document: Document.Parsed, path: Path): boolean {
  const holder = document.getIn(path.slice(0, -1), true);
  const map = isAlias(holder) ? holder.resolve(document) : holder;
  if (!isMap(map) || map.flow === true) return false;
  const pair = pairOf(map, path.at(-1) ?? '');
  return /^[a-z][a-z_]{0,40}$/.test(String(path.at(-1))) && pair !== undefined;
}

function pairOf(map: YAMLMap, key: PropertyKey) {
  return map.items.findLast((pair) => isScalar(pair.key) && String(pair.key.value) === key);
}

function pathOfKey(document: Document.Parsed, offset: number): Path {
  let found: Path = [];
  visit(document, {
    Pair: (_, pair, ancestors) => {
      if (!isScalar(pair.key) || pair.key.range?.[0] !== offset) return undefined;
      const steps = [...ancestors, pair];
      const path: PropertyKey[] = [];
      for (const [index, step] of steps.entries()) {
        if (isPair(step) && isScalar(step.key)) path.push(String(step.key.value));
        const child = steps[index + 1];
        if (isSeq(step) && isNode(child)) path.push(step.items.indexOf(child));
      }
      found = isPlainKey(document, path) ? path : path.slice(0, -1);
      return visit.BREAK;
    },
  });
  return found;
}

function asNode(value: unknown): Node | null {
  return isNode(value) && (isCollection(value) || isScalar(value) || isAlias(value)) ? value : null;
}
