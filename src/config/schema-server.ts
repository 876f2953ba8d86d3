import { z } from 'zod';
import { databaseName, duration, pattern, text } from './fields.ts';

const YEAR_MS = 366 * 86_400_000;

const tls = z
  .strictObject({
    mode: z
      .enum(['disable', 'no-verify', 'verify-full'])
      .describe(
        'disable: no TLS. no-verify: encrypted, without checking who answers. verify-full: encrypted, and the certificate must be valid for the host. By default disable for a unix socket, this machine and a name without a dot (a Compose service), otherwise verify-full.',
      )
      .optional(),
    ca_file: text('PEM file with the certificates to trust instead of those Node.js brings.', [
      '/etc/pgvigil/ca.pem',
    ]).optional(),
    cert_file: text('PEM file with a client certificate.').optional(),
    key_file: text('PEM file with the private key of the client certificate.').optional(),
  })
  .describe('How the connection is protected.');

const databases = z
  .strictObject({
    expect: z
      .array(databaseName('Name of a database.'))
      .describe('Databases that page when they are absent, even if they were never seen.')
      .default([]),
    learn: z
      .boolean()
      .describe('Whether other databases become expected once they have been there for `learn_after`.')
      .default(true),
    learn_after: duration('1h', 'How long a database has to be there before it is expected.', {
      minMs: 0,
      maxMs: YEAR_MS,
    }),
    ignore: z
      .array(pattern('Regular expression (JavaScript, flag `u`, not anchored).'))
      .describe('Databases whose name matches one of these are not watched.')
      .default([]),
  })
  .describe('Which databases of the server are watched.');

const docker = z
  .strictObject({
    container: text('Name of the container PostgreSQL runs in.', ['simfab-db']).optional(),
    volume: text('Name of the Docker volume that holds its data.', ['postgres_data']).optional(),
  })
  .describe('Where the server lives. Found by itself; write it down where that goes wrong.');

const identity = z
  .strictObject({
    system_identifier: z
      .string()
      .regex(/^[1-9]\d{0,19}$/, {
        error: 'must be the number `SELECT system_identifier FROM pg_control_system()` prints, in quotes',
      })
      .meta({
        description: 'System identifier of the one and only cluster this server may be, in quotes.',
        examples: ['7711161441652576274'],
      })
      .optional(),
  })
  .describe('A pin: a server with another identity pages, from the first look on.');

/** One entry under `servers`. */
export const serverSchema = z
  .strictObject({
    name: text('Name of the server in metrics, alerts and pages: the label `server`.', ['main']).max(100, {
      error: 'is longer than 100 characters: write a shorter name',
    }),
    url: z
      .string()
      .meta({
        description:
          'Where the server is. The database in it is only connected to, for reading the catalog: take `postgres`. PGVIGIL_URL in the environment replaces the url of the first server.',
        pattern: '^[Pp][Oo][Ss][Tt][Gg][Rr][Ee][Ss]([Qq][Ll])?://',
        examples: [
          'postgres://pgvigil@simfab-db:5432/postgres',
          'postgres://pgvigil@/postgres?host=/var/run/postgresql',
        ],
      })
      .optional(),
    password: z
      .string()
      .describe('The password itself; `password_file` keeps it out of this file.')
      .optional(),
    password_file: text('File that holds the password; a line break at its end is left out.', [
      '/run/secrets/pg',
    ]).optional(),
    passfile: text(
      'Password file of PostgreSQL (~/.pgpass): HOST:PORT:DATABASE:USER:PASSWORD lines.',
    ).optional(),
    tls: tls.prefault({}),
    databases: databases.prefault({}),
    docker: docker.prefault({}),
    identity: identity.prefault({}),
  })
  .describe('One PostgreSQL server.');

/** One entry under `servers` after its shape was checked. */
export type ServerInput = z.output<typeof serverSchema>;
