import type { z } from 'zod';
import type { Path } from './problem.ts';
import { keysAt, mappings } from './salvage.ts';
import { configSchema } from './schema.ts';
import { suggest } from './suggest.ts';

const KINDS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: '`true` or `false`',
  array: 'a list: write each entry on its own line, after `- `',
  object: 'a mapping of keys and values',
  record: 'a mapping of keys and values',
};

/** Keys that people look for under a server, and where the same thing is written here. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  host: 'the host is part of `url`: postgres://USER@HOST:5432/DATABASE',
  port: 'the port is part of `url`: postgres://USER@HOST:5432/DATABASE',
  user: 'the user is part of `url`: postgres://USER@HOST:5432/DATABASE',
  username: 'the user is part of `url`: postgres://USER@HOST:5432/DATABASE',
  database: 'the maintenance database is part of `url`; databases to watch go under `databases.expect`',
  dbname: 'the maintenance database is part of `url`; databases to watch go under `databases.expect`',
  sslmode: 'TLS is set with `tls.mode`: disable, no-verify or verify-full',
  ssl: 'TLS is set with `tls.mode`: disable, no-verify or verify-full',
};

/** Takes an issue of zod and gives our sentence for it, which never repeats a value of the file. */
export function explainIssue(issue: z.core.$ZodRawIssue): string {
  if (issue.input === null) return 'is empty: give a value, or delete the key';
  switch (issue.code) {
    case 'invalid_type': {
      const expected = KINDS[issue.expected] ?? issue.expected;
      if (issue.input === undefined) return `is missing: add it, it must be ${expected}`;
      if (issue.expected === 'string' && ['number', 'boolean', 'bigint'].includes(typeof issue.input)) {
        return 'must be text: put it in quotes';
      }
      return `must be ${expected}`;
    }
    case 'invalid_value':
      return `must be ${orList(issue.values.map(String))}`;
    case 'too_small':
      return `must be ${issue.minimum} or more`;
    case 'too_big':
      return `must be ${issue.maximum} or less`;
    case 'unrecognized_keys':
      return 'is no key that is known here';
    case 'invalid_union':
      return 'must be a mapping of keys and values, or `false`';
    default:
      return 'is not what is expected here: see pgvigil.example.yml';
  }
}

/** Takes an unknown key and the path of the mapping it stands in; says what it may have been meant to be. */
export function explainKey(
  key: string,
  parent: Path,
  schema: z.core.$ZodType = configSchema,
): { readonly hint: string; readonly near: boolean } {
  const allowed = keysAt(schema, parent);
  const near = suggest(key, allowed);
  if (near !== undefined) return { hint: `did you mean \`${near}\`?`, near: true };
  const home = mappings(schema).find(([, keys]) => keys.includes(key));
  if (parent[0] === 'servers' && Object.hasOwn(ELSEWHERE, key)) {
    return { hint: ELSEWHERE[key] ?? '', near: true };
  }
  if (home !== undefined) {
    const where = home[0] === '' ? 'at the top of the file, not indented' : `under \`${home[0]}\``;
    return { hint: `it belongs ${where}`, near: true };
  }
  return { hint: `the keys here are ${allowed.map((name) => `\`${name}\``).join(', ')}`, near: false };
}

function orList(values: readonly string[]): string {
  const quoted = values.map((value) => `\`${value}\``);
  return quoted.length < 2 ? quoted.join('') : `${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`;
}
