import type { DockerFound, FoundServer } from './found.ts';
import { inLine, inYaml, urlOf } from './quote.ts';
import { ROLE } from './role-sql.ts';

/** Where the password lies, from the directory of the configuration. */
export const SECRET_FILE = 'secrets/pgvigil/postgres';
/** pgvigil looks at a server from here: nobody wants to drop it. */
const MAINTENANCE = 'postgres';

/** Takes what was found and gives the text of `pgvigil.yml`. */
export function configText(found: {
  readonly servers: readonly FoundServer[];
  readonly docker: DockerFound;
  readonly stateDirectory: string;
}): string {
  return `# Written by \`pgvigil init\` from what it found on this machine, and yours from now on.
#
#   pgvigil check-config          says what is wrong, or prints what is in effect
#   kill -HUP <pid>               reads the file again; a bad file changes nothing
#
# pgvigil.example.yml explains every key. A key that is not known is an error.

servers:
${found.servers.map(serverText).join('\n')}
${dockerText(found.docker)}
# Measured beside those that hold data and Docker's root: any path on them.
filesystems:
  include: ['/']

# What has to survive a restart. Keep it outside every volume that is watched.
state:
  directory: ${inYaml(found.stateDirectory)}

# Without backups pgvigil can say that data is gone, and not bring it back. Name a directory on another disk:
# backups:
#   - kind: pgvigil
#     directory: /mnt/other-disk/pgvigil
#     schedule: '15 2 * * *'
#     restore_test: { schedule: '0 4 * * 0' }

# Until an Alertmanager is named here, or Prometheus has the rules, nobody is paged:
# alertmanager:
#   urls: [http://127.0.0.1:9093]
`;
}

function serverText(server: FoundServer): string {
  const { name, expect } = server;
  const names = expect.map((one) => `        - ${inYaml(one)}\n`).join('');
  const expected =
    expect.length === 0
      ? `      # Page when one of these is absent, even if it was never seen:
      # expect: [NAME]
`
      : `      # Page when one of these is absent, even if it was never seen.
      expect:
${names}`;
  return `    # ${inLine(originOf(server))}
  - name: ${inYaml(name)}
    # A role that can look and nothing else; pgvigil-role.sql makes it.
    url: ${inYaml(urlOf(server, { user: ROLE, database: MAINTENANCE }))}
    password_file: ${SECRET_FILE}
    databases:
${expected}      # The others, once they have been there for so long.
      learn: true
      learn_after: 1h
      # Regular expressions: databases not to watch.
      # ignore: ['^tmp_', '_test$']
`;
}

/** Where a server was found, in a line. */
export function originOf({ from, container, host }: FoundServer): string {
  if (container === undefined && from === 'named') return 'Named by PGVIGIL_URL.';
  if (container === undefined)
    return host.startsWith('/')
      ? 'Answers on this machine by its unix socket alone: pg_hba.conf has to let the role in by its password.'
      : 'Answers on this machine.';
  const told = `In the container ${container.name} (${container.image})`;
  if (container.published === 'nowhere' && host !== container.name)
    return `${told}, whose port is not published: this address changes when it is made anew.`;
  return `${told}.`;
}

function dockerText(docker: DockerFound): string {
  if (docker.kind === 'absent')
    return '# No Docker engine was found. Delete this line when there is one: its volumes and containers are watched then.\ndocker: false\n';
  if (docker.kind === 'off') return '# Turned off by PGVIGIL_DOCKER_HOST.\ndocker: false\n';
  return `# The Docker engine: volumes and containers are found through it. \`docker: false\` turns it off.\ndocker:\n  host: ${inYaml(docker.host)}\n`;
}
