import { z } from 'zod';
import { CLIENT_AUTH_TYPES } from '../model/web-access.ts';
import { duration, text } from './fields.ts';
import { CIPHER_SUITES, CIPHER_SUITES_13, CURVES, HEADER_NAMES, TLS_VERSIONS } from './web-file-names.ts';

/** An hour between two requests is no limit but an outage. */
const MAX_INTERVAL_MS = 3_600_000;

const pem = (about: string) => z.string().describe(about);
const namesOf = <Names extends object>(names: Names) =>
  Object.keys(names) as [keyof Names & string, ...(keyof Names & string)[]];

/** Before TLS 1.2 there is none that protects anything. */
const version = z.enum(namesOf(TLS_VERSIONS), {
  error: 'must be `TLS12` or `TLS13`: older ones are broken, and not spoken here',
});

const tlsServerConfig = z.strictObject({
  cert: pem('The certificate and its chain, PEM.').optional(),
  cert_file: text('File with the certificate and its chain, PEM.').optional(),
  key: pem('The private key, PEM.').optional(),
  key_file: text('File with the private key, PEM.').optional(),
  client_auth_type: z.enum(CLIENT_AUTH_TYPES).default('NoClientCert'),
  client_ca: pem('Authorities of client certificates, PEM.').optional(),
  client_ca_file: text('File with the authorities of client certificates, PEM.').optional(),
  client_allowed_sans: z.array(text('A name of a client, as its certificate has it.')).default([]),
  min_version: version.default('TLS12'),
  max_version: version.default('TLS13'),
  cipher_suites: z.array(z.enum([...namesOf(CIPHER_SUITES), ...CIPHER_SUITES_13])).default([]),
  prefer_server_cipher_suites: z.boolean().default(true),
  curve_preferences: z.array(z.enum(namesOf(CURVES))).default([]),
});

const header = z.string().regex(/^[\x20-\x7e]*$/, {
  error: 'must be printable ASCII on one line: a header cannot hold anything else',
});
const headers = z.strictObject(
  Object.fromEntries(HEADER_NAMES.map((name) => [name, header.optional()])) as Record<
    (typeof HEADER_NAMES)[number],
    z.ZodOptional<typeof header>
  >,
);

/** What `bcrypt` writes: version, cost, 22 characters of salt, 31 of the hash. */
const BCRYPT = /^\$2[aby]\$(0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53}$/;
/** Each step doubles the time: 14 is a second, and 31 a day. */
export const MAX_COST = 14;

const hash = z
  .string()
  .regex(BCRYPT, {
    error: "is no bcrypt hash: make one with `htpasswd -nBC 10 NAME` and put it in 'single quotes'",
    abort: true,
  })
  .refine((value) => costOf(value) <= MAX_COST, {
    error: `has a cost above ${MAX_COST}, which takes seconds for each login: make it with \`htpasswd -nBC 10 NAME\``,
  });

/** The cost that a bcrypt hash was made with. */
export const costOf = (bcrypt: string): number => Number(bcrypt.slice(4, 6));

/** The file of `--web.config.file`, in the format of the exporter-toolkit. Strict, as that is. */
export const webFileSchema = z.strictObject({
  tls_server_config: tlsServerConfig.optional(),
  http_server_config: z
    .strictObject({ http2: z.boolean().optional(), headers: headers.optional() })
    .optional(),
  basic_auth_users: z.record(z.string(), hash).optional(),
  rate_limit: z
    .strictObject({
      interval: duration('0s', 'Between two requests.', { minMs: 0, maxMs: MAX_INTERVAL_MS }),
      burst: z.number().int().min(1).max(1_000_000).default(1),
    })
    .optional(),
});

/** The file after its shape was checked. */
export type WebFileInput = z.output<typeof webFileSchema>;
export type TlsInput = z.output<typeof tlsServerConfig>;
