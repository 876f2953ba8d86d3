import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse, stringify } from 'yaml';

/** The root of the repository. */
export const ROOT = resolve(import.meta.dirname, '../..');

/** A temporary directory of a process under test, and how to remove it. */
export interface Workspace {
  readonly directory: string;
  readonly write: (name: string, text: string) => Promise<string>;
  readonly remove: () => Promise<void>;
}

/** Makes a temporary directory. */
export async function makeWorkspace(name: string): Promise<Workspace> {
  const directory = await mkdtemp(join(tmpdir(), `pgvigil-${name}-`));
  return {
    directory,
    async write(file, text) {
      const path = join(directory, file);
      await writeFile(path, text);
      return path;
    },
    remove: () => rm(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }),
  };
}

/** The parts of prometheus.yml that a test looks at or replaces; everything else is kept as it is. */
export interface PrometheusFile {
  global: { scrape_interval: string; evaluation_interval: string; scrape_timeout?: string };
  rule_files?: string[];
  alerting?: { alertmanagers: StaticTargets[] };
  scrape_configs: (Partial<StaticTargets> & {
    job_name: string;
    scrape_interval?: string;
    file_sd_configs?: { files: string[] }[];
    http_sd_configs?: { url: string; basic_auth?: object }[];
  })[];
}

interface StaticTargets {
  static_configs: { targets: string[] }[];
}

/** Where the shipped prometheus.yml finds the others while it is tested: `host:port` each. */
export interface PrometheusAddresses {
  /** Targets of the job `pgvigil`. */
  readonly pgvigil: readonly string[];
  readonly alertmanagers: readonly string[];
  readonly self: string;
  /** Absolute paths or patterns. */
  readonly ruleFiles: readonly string[];
  /** Where a job that discovers its targets finds them: an absolute path of a file, or the address of an inventory. */
  readonly discovery?: string;
}

/** The text of a prometheus.yml with only its addresses replaced; a job this does not know is an error. */
export function withAddresses(text: string, addresses: PrometheusAddresses): string {
  const file = parse(text) as PrometheusFile;
  const targets: Readonly<Record<string, readonly string[]>> = {
    pgvigil: addresses.pgvigil,
    prometheus: [addresses.self],
    alertmanager: addresses.alertmanagers,
  };
  file.rule_files = [...addresses.ruleFiles];
  for (const manager of file.alerting?.alertmanagers ?? []) {
    manager.static_configs = [{ targets: [...addresses.alertmanagers] }];
  }
  for (const job of file.scrape_configs) {
    const replaced = targets[job.job_name];
    if (replaced === undefined)
      throw new Error(`prometheus.yml has a job ${job.job_name} without an address`);
    if (discover(job, addresses.discovery)) continue;
    job.static_configs = [{ targets: [...replaced] }];
  }
  return stringify(file);
}

/** Whether the job discovers its targets; it then does so at `where`. */
function discover(job: PrometheusFile['scrape_configs'][number], where: string | undefined): boolean {
  const found = [...(job.file_sd_configs ?? []), ...(job.http_sd_configs ?? [])];
  if (found.length > 0 && where === undefined) throw new Error(`job ${job.job_name} discovers its targets`);
  for (const one of job.file_sd_configs ?? []) one.files = [where ?? ''];
  for (const one of job.http_sd_configs ?? []) {
    one.url = where ?? '';
    delete one.basic_auth;
  }
  return found.length > 0;
}

/** The text of an alertmanager.yml whose webhooks go to `url`, paths kept. */
export function withWebhook(text: string, url: string): string {
  const replaced = text.replaceAll(/http:\/\/webhook:9095(?=\/)/g, url);
  if (replaced === text) throw new Error('alertmanager.yml sends nothing to http://webhook:9095/');
  return replaced;
}
