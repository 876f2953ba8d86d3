import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { configJsonSchema, configJsonSchemaText } from '../../src/config/json-schema.ts';
import { parseConfig } from '../../src/config/parse.ts';
import { mappings } from '../../src/config/salvage.ts';
import { configSchema } from '../../src/config/schema.ts';
import { memoryDeps, problemsOf } from '../kit/config.ts';

const EXAMPLE = 'pgvigil.example.yml';
const PEM = '-----BEGIN CERTIFICATE-----\nA\n';

const exampleDeps = memoryDeps({
  files: {
    '/run/secrets/pg': 'password\n',
    '/run/secrets/backup': 'password\n',
    '/run/secrets/restic': 'password\n',
    '/run/secrets/storage.env': 'AWS_ACCESS_KEY_ID=a\n',
    '/etc/pgvigil/ca.pem': PEM,
    '/etc/pgvigil/client.pem': PEM,
    '/run/secrets/client-key.pem': '-----BEGIN PRIVATE KEY-----\nA\n',
  },
});

/** Every key of the schema with its path. */
const KEYS = mappings(configSchema).flatMap(([path, keys]) =>
  keys.map((key) => (path === '' ? key : `${path}.${key}`)),
);

describe('the example file', () => {
  const text = readFileSync(EXAMPLE, 'utf8');

  test('is right, without a warning', () => {
    const parsed = parseConfig(text, EXAMPLE, exampleDeps);
    expect(problemsOf(parsed)).toEqual([]);
    expect(parsed).toMatchObject({ ok: true, warnings: [] });
  });

  test('begins with the line that tells editors its schema', () => {
    expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=./pgvigil.schema.json');
  });

  test('has every key; ways to give a password that exclude each other are told in a comment', () => {
    const named = KEYS.map((path) => path.split('.').at(-1) ?? '');
    const missing = named.filter((key) => !new RegExp(`^[\\s#-]*${key}:`, 'm').test(text));
    expect(missing).toEqual([]);
  });

  test('shows the defaults: without the sections it means the same', () => {
    const bare = text.slice(0, text.indexOf('\n# The Docker engine.'));
    expect(parseConfig(bare, EXAMPLE, exampleDeps)).toEqual(parseConfig(text, EXAMPLE, exampleDeps));
  });
});

describe('the schema for editors', () => {
  test('is the committed one', () => {
    expect(
      readFileSync('pgvigil.schema.json', 'utf8'),
      'run `npm run build && npm run generate`, and commit pgvigil.schema.json',
    ).toBe(configJsonSchemaText());
  });

  test('describes every key, and allows no other', () => {
    const undescribed: string[] = [];
    const open: string[] = [];
    const visit = (schema: Readonly<Record<string, unknown>>, path: string): void => {
      const { properties, items, anyOf } = schema as Record<string, Record<string, never>>;
      if (properties !== undefined && schema['additionalProperties'] !== false) open.push(path);
      for (const [key, part] of Object.entries(properties ?? {})) {
        if (typeof part['description'] !== 'string') undescribed.push(`${path}.${key}`);
        visit(part, `${path}.${key}`);
      }
      if (items !== undefined) visit(items, `${path}[]`);
      for (const option of Object.values(anyOf ?? {})) visit(option, path);
    };
    visit(configJsonSchema() as Record<string, unknown>, '');
    expect({ undescribed, open }).toEqual({ undescribed: [], open: [] });
    expect(KEYS.length).toBeGreaterThan(40);
  });
});
