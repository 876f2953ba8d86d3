import { z } from 'zod';
import { text } from './fields.ts';
import { parseHttpUrl } from './http-url.ts';

/** The address of a web server, without a slash at its end. */
function httpUrl(about: string, example: string) {
  return z
    .string()
    .meta({ description: about, pattern: '^[Hh][Tt][Tt][Pp][Ss]?://', examples: [example] })
    .transform((written, context) => {
      const parsed = parseHttpUrl(written);
      if (parsed.ok) return parsed.value;
      context.addIssue({ code: 'custom', message: parsed.message });
      return z.NEVER;
    });
}

const basicAuth = z
  .strictObject({
    username: text('User name.', ['pgvigil']),
    password_file: text('File that holds the password; a line break at its end is left out.', [
      '/run/secrets/alertmanager',
    ]),
  })
  .describe('How pgvigil says who it is, where the Alertmanagers ask for a password.');

/** The section `alertmanager`. */
export const alertmanagerSchema = z
  .strictObject({
    urls: z
      .array(httpUrl('Address of an Alertmanager.', 'http://alertmanager:9093'))
      .describe('Alertmanagers to push firing alerts to: every member of a cluster, no load balancer.')
      .default([]),
    labels: z
      .record(z.string(), z.string())
      .describe(
        'Labels added to every alert that is pushed: those that Prometheus adds (labels of the target such as host, external_labels), so that both send the same alert.',
      )
      .default({}),
    dashboard_url: httpUrl(
      'Where a person finds Grafana; links in pushed alerts begin with it.',
      'http://localhost:3000',
    ).prefault('http://localhost:3000'),
    basic_auth: basicAuth.optional(),
    ca_file: text('PEM file with the certificates to trust instead of those Node.js brings.').optional(),
  })
  .describe('Push of firing alerts the moment an incident opens, beside the rules in Prometheus.');

/** The section `alertmanager` after its shape was checked. */
export type AlertmanagerInput = z.output<typeof alertmanagerSchema>;
