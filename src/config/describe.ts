import { stringify } from 'yaml';
import type { AlertmanagerConfig, Config, DockerConfig, ServerConfig, TlsConfig } from '../model/config.ts';
import { describeBackup, describeUrl, given } from './describe-backups.ts';
import { formatDuration } from './durations.ts';

export { formatProblem } from './problem.ts';

/** Takes a configuration and gives it as YAML, defaults filled in, secrets as `***`, durations with units. */
export function describeConfig(config: Config): string {
  const { docker, filesystems, limits, state, web } = config;
  return stringify(
    {
      servers: config.servers.map(describeServer),
      docker: describeDocker(docker),
      filesystems,
      backups: config.backups.map(describeBackup),
      intervals: durations(config.intervals),
      timeouts: durations(config.timeouts),
      state,
      alertmanager: describeAlertmanager(config.alertmanager),
      limits,
      web: { listen_address: web.listenAddress, enable_lifecycle: web.enableLifecycle },
    },
    { lineWidth: 0 },
  );
}

function describeDocker({ enabled, host, discover, discoverCredentials }: DockerConfig): object | false {
  return enabled && { host, discover, discover_credentials: discoverCredentials };
}

function describeServer(server: ServerConfig): object {
  const { databases, docker, identity } = server;
  return {
    name: server.name,
    ...(server.discovered && { source: 'discovered' }),
    url: describeUrl(server),
    ...(server.password !== undefined && { password: String(server.password) }),
    tls: describeTls(server.tls),
    databases: {
      expect: databases.expect,
      learn: databases.learn,
      learn_after: formatDuration(databases.learnAfterMs),
      ignore: databases.ignore.map((expression) => expression.source),
    },
    docker: given(docker),
    identity: given({ system_identifier: identity.systemIdentifier }),
  };
}

function describeAlertmanager(alertmanager: AlertmanagerConfig): object {
  const { urls, labels, dashboardUrl, basicAuth, ca } = alertmanager;
  return given({
    urls,
    labels,
    dashboard_url: dashboardUrl,
    basic_auth: basicAuth && { username: basicAuth.username, password: String(basicAuth.password) },
    ca: held(ca),
  });
}

/** The files were read: what they held is told apart from nothing, and not shown. */
function describeTls(tls: TlsConfig): object {
  return given({ mode: tls.mode, ca: held(tls.ca), cert: held(tls.cert), key: held(tls.key) });
}

const held = (value: unknown): string | undefined => (value === undefined ? undefined : '***');

function durations(values: object): object {
  return Object.fromEntries(Object.entries(values).map(([name, ms]) => [name, formatDuration(ms as number)]));
}
