import { join } from 'node:path';
import type { Config, DockerConfig, WebConfig } from '../model/config.ts';
import { type AlertmanagerParts, buildAlertmanager, inspectAlertmanager } from './alertmanager.ts';
import { inspectBackups } from './backups.ts';
import { buildBackup } from './build-backups.ts';
import { explainIssue } from './explain.ts';
import { inDirectory } from './given-files.ts';
import { reportIssues } from './issues.ts';
import { formatPath, inOrder, type Path, type Problem, type Report } from './problem.ts';
import { knownPart, salvage } from './salvage.ts';
import { type ConfigInput, configSchema } from './schema.ts';
import { buildServer, checkNames, inspectServer } from './servers.ts';
import type { ParseDeps, ParsedConfig, Source } from './source.ts';

/** Takes configuration as plain data and gives the finished, frozen `Config`, or every problem it has. */
export function compile(source: Source, deps: ParseDeps): ParsedConfig<Config> {
  const problems = [...source.problems];
  const warnings = [...source.warnings];
  const reported = new Set<string>();
  const into =
    (list: Problem[]): Report =>
    (path, message, at = 'value') => {
      const place = source.locate(path, at === 'value' ? 'value' : 'key');
      list.push({
        path: formatPath(at === 'unknown key' ? path : knownPart(configSchema, path)),
        ...place,
        message,
      });
      if (list === problems) reported.add(formatPath(path));
    };
  const problem = into(problems);
  const warning = into(warnings);
  const isReported = (path: Path): boolean => reported.has(formatPath(path));

  const shape = configSchema.safeParse(source.value, { error: explainIssue });
  if (!shape.success) reportIssues(shape.error.issues, source.isPlainKey, problem);
  const input = shape.success ? shape.data : salvage(configSchema, source.value);

  const files = { readFile: deps.readFile, fileMode: deps.fileMode, directory: source.directory };
  const context = { env: deps.env, files, problem, warning, isReported };
  const servers = input?.servers ?? [];
  const discovers =
    (input?.docker !== false && input?.docker?.discover === true) || isReported(['docker', 'discover']);
  if (servers.length === 0 && input !== undefined && !discovers && !isReported(['servers'])) {
    problem(
      ['servers'],
      'no server is named: add one with `name` and `url`, set PGVIGIL_URL, or set docker.discover to true',
    );
  }
  const parts = servers.map((server, index) =>
    inspectServer(server ?? {}, index, index === 0 ? source.url : undefined, context),
  );
  checkNames(servers, problem);
  const pushing = inspectAlertmanager(input?.alertmanager ?? {}, context);
  const known = servers.map((server, index) => ({ input: server, parts: parts[index] }));
  const backupParts = inspectBackups(input?.backups ?? [], known, context);

  if (problems.length > 0 || !shape.success) return { ok: false, problems: inOrder(problems) };
  const built = (shape.data.servers ?? []).flatMap((server, index) => {
    const { url, password, tls } = parts[index] ?? {};
    return url === undefined || tls === undefined ? [] : [buildServer(server, { url, password, tls })];
  });
  const backups = shape.data.backups.flatMap((entry, index) => {
    const found = backupParts[index];
    return (found && buildBackup(entry, found, built, source.directory)) ?? [];
  });
  const config = freeze({ servers: built, backups, ...buildRest(shape.data, pushing, source.directory) });
  return { ok: true, config, warnings: inOrder(warnings) };
}

function buildRest(
  input: ConfigInput,
  pushing: AlertmanagerParts,
  directory: string,
): Omit<Config, 'servers' | 'backups'> {
  const { docker, filesystems, intervals, timeouts, limits } = input;
  return {
    docker: buildDocker(docker),
    filesystems,
    intervals,
    timeouts,
    state: { directory: join(inDirectory(input.state.directory, directory)) },
    alertmanager: buildAlertmanager(input.alertmanager, pushing),
    limits,
    web: buildWeb(input.web),
  };
}

function buildDocker(docker: ConfigInput['docker']): DockerConfig {
  if (docker === false)
    return {
      enabled: false,
      host: 'unix:///var/run/docker.sock',
      discover: false,
      discoverCredentials: 'none',
    };
  const { host, discover, discover_credentials: discoverCredentials } = docker;
  return { enabled: true, host, discover, discoverCredentials };
}

function buildWeb(web: ConfigInput['web']): WebConfig {
  const address = web.listen_address;
  return {
    listenAddress: address.startsWith(':') ? `0.0.0.0${address}` : address,
    enableLifecycle: web.enable_lifecycle,
  };
}

/** Freezes data to the bottom; expressions and secrets guard themselves. */
function freeze<T>(value: T): T {
  if (
    Array.isArray(value) ||
    (typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype)
  ) {
    for (const part of Object.values(value as object)) freeze(part);
    Object.freeze(value);
  }
  return value;
}
