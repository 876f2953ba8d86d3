import { z } from 'zod';
import { configSchema } from './schema.ts';

/** JSON Schema (draft 7, which editors know best) of the configuration file, made from the schema that parses it. */
export function configJsonSchema(): object {
  // The identifier is ours to give, not zod's.
  const { $schema, ...schema } = z.toJSONSchema(configSchema, { io: 'input', target: 'draft-07' });
  return { $schema, $id: 'pgvigil.schema.json', title: 'pgvigil configuration', ...schema };
}

/** The same as the text of `pgvigil.schema.json`. */
export function configJsonSchemaText(): string {
  return `${JSON.stringify(configJsonSchema(), null, 2)}\n`;
}
