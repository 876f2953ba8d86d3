import { z } from 'zod';
import { DISCOVER_CREDENTIALS } from '../model/discovery.ts';
import { absolutePath, count, text, timer } from './fields.ts';
import { alertmanagerSchema } from './schema-alertmanager.ts';
import { backupSchema } from './schema-backups.ts';
import { serverSchema } from './schema-server.ts';

const docker = z
  .strictObject({
    host: z
      .string()
      .regex(/^(unix:\/\/\/.+|tcp:\/\/([^\s/@:[\]]+|\[[0-9a-fA-F:.]+\]):\d{1,5})$/, {
        error: 'must be unix:///PATH or tcp://HOST:PORT',
      })
      .meta({
        description: 'Where the Docker engine, or a proxy before its socket, listens.',
        examples: ['unix:///var/run/docker.sock', 'tcp://docker-proxy:2375'],
      })
      .default('unix:///var/run/docker.sock'),
    discover: z
      .boolean()
      .describe('Watch every PostgreSQL container that is found; their labels steer it: docs/discovery.md.')
      .default(false),
    discover_credentials: z
      .enum(DISCOVER_CREDENTIALS)
      .describe(
        'Where the role and the password of a discovered server come from when its labels name no file. none: nowhere. environment: POSTGRES_USER and POSTGRES_PASSWORD of its container, which is a superuser.',
      )
      .default('none'),
  })
  .describe('The Docker engine that is looked at.');

const filesystems = z
  .strictObject({
    include: z
      .array(absolutePath('A path on the filesystem.'))
      .describe("Filesystems to measure beside those that hold data and Docker's root.")
      .default(['/']),
    exclude: z
      .array(absolutePath('A path on the filesystem.'))
      .describe('Filesystems to leave out.')
      .default([]),
  })
  .describe('Which filesystems are measured.');

const intervals = z
  .strictObject({
    presence: timer('1s', 'Between two reads of the list of databases, over the connection that is kept.'),
    connect: timer('10s', 'Between two fresh connections, which decide whether the server is up.'),
    docker: timer('5s', 'Between two inventories of containers and volumes; events arrive at once.'),
    filesystems: timer('5s', 'Between two measurements of filesystems.'),
    sizes: timer('60s', 'Between two readings of database sizes.'),
    backups: timer('60s', 'Between two looks at backups.'),
  })
  .describe('How often each thing is looked at.');

const timeouts = z
  .strictObject({
    connect: timer('5s', 'For a connection to PostgreSQL to be ready.'),
    query: timer('3s', 'For one query.'),
    docker: timer('2s', 'For one answer of the Docker engine.'),
    filesystem: timer('2s', 'For one filesystem to answer; after that it is stuck.'),
  })
  .describe('How long each answer may take.');

const limits = z
  .strictObject({
    servers: count(
      100,
      'Servers that are discovered; those that are written down or remembered are never left out.',
    ),
    databases: count(5000, 'Databases with series of their own; expected ones are never dropped.'),
    volumes: count(500, 'Volumes with series of their own.'),
    filesystems: count(200, 'Filesystems with series of their own.'),
  })
  .describe('How many things are watched and get series of their own; what is dropped is counted.');

const state = z
  .strictObject({
    directory: text(
      'Directory for what has to survive a restart; outside every volume that is watched. A relative path counts from the directory of this file.',
    ).default('/var/lib/pgvigil'),
  })
  .describe('Where pgvigil keeps what it knows.');

const web = z
  .strictObject({
    listen_address: z
      .string()
      .regex(/^([^\s/@:[\]]*|\[[0-9a-fA-F:.]+\]):\d{1,5}$/, {
        error: 'must be HOST:PORT, for example `127.0.0.1:10187`, `0.0.0.0:10187` or `[::1]:10187`',
        abort: true,
      })
      .refine((address) => Number(/\d+$/.exec(address)?.[0]) <= 65_535, {
        error: 'has a port above 65535: write HOST:PORT, for example `127.0.0.1:10187`',
      })
      .meta({
        description: 'Address and port of the web server; without a host, every IPv4 address.',
        examples: ['127.0.0.1:10187', '0.0.0.0:10187'],
      })
      .default('127.0.0.1:10187'),
    enable_lifecycle: z
      .boolean()
      .describe('Whether POST /-/reload reads this file again. SIGHUP always does.')
      .default(false),
  })
  .describe('The web server: metrics, status page, API.');

/** The whole file. Strict: a key that is not here is an error. */
export const configSchema = z
  .strictObject({
    servers: z.array(serverSchema).describe('The PostgreSQL servers to watch.').optional(),
    docker: z
      .union([z.literal(false), docker])
      .describe('The Docker engine; `false` turns it off.')
      .prefault({}),
    filesystems: filesystems.prefault({}),
    backups: z
      .array(backupSchema)
      .describe('Backups: made by pgvigil, or by others and looked at.')
      .default([]),
    intervals: intervals.prefault({}),
    timeouts: timeouts.prefault({}),
    state: state.prefault({}),
    alertmanager: alertmanagerSchema.prefault({}),
    limits: limits.prefault({}),
    web: web.prefault({}),
  })
  .describe('Configuration of pgvigil.');

/** The whole file after its shape was checked. */
export type ConfigInput = z.output<typeof configSchema>;
