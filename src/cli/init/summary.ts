import type { FilesystemVerdict, Report, ServerVerdict } from '../../model/report.ts';
import { reasonWords } from '../../present/words/reasons.ts';
import { riskStory } from '../../present/words/risks.ts';
import { formatBytes } from '../../present/words/text.ts';
import { originOf } from './config-text.ts';
import type { DockerFound, FoundServer, LeftOut } from './found.ts';
import { inLine } from './quote.ts';

/** Without the role nobody lets pgvigil in: no fault of anybody. */
const NOT_YET: readonly string[] = ['auth_failed', 'access_denied', 'no_password'];

/** We looked as whoever PGVIGIL_URL names; what is written has a role of its own. */
const OF_THE_LOGIN = 'superuser_monitoring';

/** What was found, and what is wrong already, as a person reads it. */
export function summaryText(found: {
  readonly servers: readonly FoundServer[];
  readonly leftOut: readonly LeftOut[];
  readonly docker: DockerFound;
  readonly report: Report;
}): string {
  const { servers, leftOut, docker, report } = found;
  const parts = [
    ['Will be watched:', ...servers.flatMap((server) => serverLines(server, verdictOf(report, server)))],
    ...(leftOut.length === 0
      ? []
      : [['Left out:', ...leftOut.map(({ what, why }) => `  ${inLine(what)} ${why}.`)]]),
    ['Docker:', `  ${dockerLine(docker)}`],
    ['Filesystems:', ...filesystemLines(report.filesystems)],
    ['Risks, already:', ...riskLines(report)],
  ];
  return `${parts.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function verdictOf(report: Report, server: FoundServer): ServerVerdict | undefined {
  return report.servers.find(({ name }) => name === server.name);
}

function serverLines(server: FoundServer, verdict: ServerVerdict | undefined): readonly string[] {
  const { host, port, name, expect, login } = server;
  const at = host.startsWith('/') ? `${host}, port ${port}` : `${host}:${port}`;
  const { volume, dataDirectory } = verdict?.placement ?? {};
  const place = volume ? `, volume ${volume}` : dataDirectory ? `, data in ${dataDirectory}` : '';
  return [
    `  ${inLine(name)}  ${inLine(at)}${inLine(place)}`,
    `    ${inLine(originOf(server))}`,
    ...(expect.length === 0 ? [] : [`    Pages about: ${expect.map(inLine).join(', ')}`]),
    `    ${insideLine(verdict, login !== undefined)}`,
  ];
}

/** What could be seen of its inside. */
function insideLine(verdict: ServerVerdict | undefined, hasLogin: boolean): string {
  if (verdict?.up === true) {
    const count = verdict.databases.filter(({ presence }) => presence === 'present').length;
    return `PostgreSQL ${inLine(verdict.version ?? 'of an unknown version')}, ${count} databases seen.`;
  }
  const reason = verdict?.stateReason;
  if (!hasLogin && reason !== undefined && NOT_YET.includes(reason))
    return 'Its databases were not seen: the role is not there yet.';
  return `Its databases were not seen: it ${reasonWords(reason)}.`;
}

function dockerLine(docker: DockerFound): string {
  if (docker.kind === 'answers') return `answers at ${inLine(docker.host)}.`;
  if (docker.kind === 'absent')
    return 'there is none, so volumes and containers are not watched: `docker: false` is written.';
  if (docker.kind === 'off') return 'turned off by PGVIGIL_DOCKER_HOST.';
  return `could not be seen, so containers were not found: ${inLine(docker.why)}.`;
}

function filesystemLines(filesystems: readonly FilesystemVerdict[]): readonly string[] {
  if (filesystems.length === 0) return ['  none could be seen.'];
  return filesystems.map(({ mountpoint, up, availBytes, sizeBytes, servers }) => {
    const room =
      up && availBytes !== undefined && sizeBytes !== undefined
        ? `${formatBytes(availBytes)} of ${formatBytes(sizeBytes)} free`
        : 'could not be measured';
    const holds = servers.length === 0 ? '' : `, data of ${servers.map(inLine).join(', ')}`;
    return `  ${inLine(mountpoint)}: ${room}${holds}`;
  });
}

function riskLines({ risks }: Report): readonly string[] {
  const there = risks.filter(({ present, risk }) => present && risk !== OF_THE_LOGIN);
  if (there.length === 0) return ['  none that could be seen.'];
  return there.flatMap((risk) => {
    const { title, meaning } = riskStory(risk);
    return [`  ${inLine(risk.server)}: ${title}`, `    ${meaning}`];
  });
}
