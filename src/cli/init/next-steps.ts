import { join } from 'node:path';
import { inShell } from '../shell.ts';
import { SECRET_FILE } from './config-text.ts';
import type { FoundServer } from './found.ts';
import { inLine } from './quote.ts';
import { ROLE } from './role-sql.ts';

/** What has to be known to name the commands that come next. */
export interface Next {
  /** How a person starts this program. */
  readonly self: string;
  /** As it was typed; empty for the working directory. */
  readonly directory: string;
  readonly servers: readonly FoundServer[];
  readonly isRoot: boolean;
  /** PGVIGIL_URL is set here, and would take the place of the url that was written. */
  readonly urlIsSet: boolean;
  /** docker-compose.monitoring.yml lies in the directory. */
  readonly hasCompose: boolean;
}

/** The commands that come next, in order, as a person types them. */
export function nextSteps(next: Next): string {
  const { self, directory, servers, urlIsSet, hasCompose } = next;
  const config = directory === '' ? '' : ` --config ${inShell(join(directory, 'pgvigil.yml'))}`;
  const role = servers.map((server) => ({
    what: `Make the role in ${inLine(server.name)}, as its administrator:`,
    commands: [makeRole(server, next)],
  }));
  const steps = [
    ...role,
    ...(urlIsSet
      ? [{ what: 'Forget PGVIGIL_URL here: it would go before the file.', commands: ['unset PGVIGIL_URL'] }]
      : []),
    { what: 'Check what was written:', commands: [`${self} check-config${config}`] },
    { what: 'Look once; 0 is the exit code when all is well:', commands: [`${self} diagnose${config}`] },
    { what: 'Watch; the page is http://127.0.0.1:10187:', commands: [`${self} serve${config}`] },
  ];
  const lines = steps.flatMap(({ what, commands }, index) => [
    `  ${index + 1}. ${what}`,
    ...commands.map((command) => `       ${command}`),
  ]);
  return `Next, in this order:\n${lines.join('\n')}\n${hasCompose ? compose(next) : ''}`;
}

/** psql reads the file from standard input: who runs it need not be able to open it. */
function makeRole(server: FoundServer, { directory, isRoot, servers }: Next): string {
  const file = inShell(join(directory, 'pgvigil-role.sql'));
  const { container, login, host, port, socketDirectory } = server;
  if (login !== undefined && login.user !== ROLE && servers.length === 1)
    return `psql "$PGVIGIL_URL" < ${file}`;
  if (container !== undefined)
    return `docker exec -i ${inShell(container.name)} sh -c 'exec psql -U "\${POSTGRES_USER:-postgres}" -d postgres' < ${file}`;
  if (socketDirectory !== undefined) {
    const as = isRoot ? 'runuser -u postgres --' : 'sudo -u postgres';
    return `${as} psql -h ${inShell(socketDirectory)} -p ${port} -d postgres < ${file}`;
  }
  const user = login === undefined || login.user === ROLE ? 'postgres' : login.user;
  return `psql -h ${inShell(host)} -p ${port} -U ${inShell(user)} -d postgres < ${file}`;
}

/** Prometheus, Alertmanager and Grafana beside it. */
function compose({ directory }: Next): string {
  const at = (name: string): string => inShell(join(directory, name));
  const up = `docker compose -f ${at('docker-compose.monitoring.yml')}`;
  return `
Or, instead of 'serve', with Prometheus, Alertmanager and Grafana (docs/compose.md):
       sudo chown 10187 ${at(SECRET_FILE)}
       sudo install -D -m 0400 -o 472 /dev/stdin ${at('secrets/grafana/admin_password')}   # type a password, then Ctrl-D
       ${up} up -d
`;
}
