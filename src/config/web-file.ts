import { dirname } from 'node:path';
import { Secret } from '../model/secret.ts';
import type { RateLimit, WebAccess } from '../model/web-access.ts';
import { explainIssue } from './explain.ts';
import { reportIssues } from './issues.ts';
import { formatPath, inOrder, type Problem, type Report } from './problem.ts';
import { knownPart } from './salvage.ts';
import type { ParsedConfig } from './source.ts';
import { costOf, type WebFileInput, webFileSchema } from './web-file-schema.ts';
import { buildTls } from './web-tls.ts';
import { readYaml } from './yaml.ts';

/** What the outside world gives a web file. */
export interface WebFileDeps {
  /** Gives the text of a file that the web file names; throws an error with an errno `code`. */
  readonly readFile: (path: string) => string;
  /** For certificates that have expired. */
  readonly now: number;
}

/**
 * Takes the text of a web file and the name to call it by, and gives who may read the web server, or every
 * problem at once. Relative paths count from the directory of `file`.
 */
export function parseWebFile(text: string, file: string, deps: WebFileDeps): ParsedConfig<WebAccess> {
  const yaml = readYaml(text);
  const problems = yaml.problems.map(({ line, column, path, message }): Problem => {
    return { file, line, column, path: formatPath(path), message };
  });
  const warnings: Problem[] = [];
  // An empty file is a valid one: everybody may read.
  const value = yaml.value === null ? {} : yaml.value;
  if (value === undefined) return { ok: false, problems };

  const into =
    (list: Problem[]): Report =>
    (path, message, at = 'value') => {
      const shown = formatPath(at === 'unknown key' ? path : knownPart(webFileSchema, path));
      const place = yaml.locate(path, at === 'value' ? 'value' : 'key');
      list.push({ file, ...place, path: shown, message });
    };
  const problem = into(problems);
  const warning = into(warnings);

  const shape = webFileSchema.safeParse(value, { error: explainIssue });
  if (!shape.success) {
    reportIssues(shape.error.issues, yaml.isPlainKey, problem, [], webFileSchema);
    return { ok: false, problems: inOrder(problems) };
  }
  const { tls_server_config: tls, http_server_config: http } = shape.data;
  if (http?.http2 === true)
    warning(
      ['http_server_config', 'http2'],
      'has no effect: pgvigil speaks HTTP/1.1, which every client falls back to',
    );
  const files = { readFile: deps.readFile, directory: dirname(file) };
  const builtTls = tls && buildTls(tls, { files, now: deps.now, problem, warning });
  const users = readUsers(shape.data, problem, warning);
  if (problems.length > 0) return { ok: false, problems: inOrder(problems) };
  const config = { tls: builtTls, users, headers: readHeaders(http), rateLimit: readRateLimit(shape.data) };
  return { ok: true, config, warnings: inOrder(warnings) };
}

/** Below it a stolen hash is guessed too fast. */
const GOOD_COST = 10;

function readUsers(
  { basic_auth_users: written = {} }: WebFileInput,
  problem: Report,
  warning: Report,
): ReadonlyMap<string, Secret> {
  const at = ['basic_auth_users'];
  for (const name of Object.keys(written)) {
    if (name === '' || name.includes(':'))
      problem([...at, name], 'a name is not empty and holds no colon: the colon ends it in a request');
  }
  const costs = Object.values(written).map(costOf);
  if (new Set(costs).size > 1)
    warning(at, 'has hashes of different costs: how long a login takes then tells which names exist', 'key');
  if (costs.some((cost) => cost < GOOD_COST))
    warning(
      at,
      `has a hash with a cost below ${GOOD_COST}: make it anew with \`htpasswd -nBC 10 NAME\``,
      'key',
    );
  return new Map(Object.entries(written).map(([name, hash]) => [name, new Secret(hash)]));
}

function readHeaders(http: WebFileInput['http_server_config']): Readonly<Record<string, string>> {
  const given = Object.entries(http?.headers ?? {}).filter(
    ([, value]) => value !== undefined && value !== '',
  );
  return Object.fromEntries(given.map(([name, value]) => [name.toLowerCase(), value as string]));
}

function readRateLimit({ rate_limit: limit }: WebFileInput): RateLimit | undefined {
  return limit === undefined || limit.interval === 0
    ? undefined
    : { intervalMs: limit.interval, burst: limit.burst };
}
