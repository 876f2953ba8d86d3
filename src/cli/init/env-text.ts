import type { DockerFound, FoundServer } from './found.ts';
import { inLine, urlOf } from './quote.ts';
import { ROLE } from './role-sql.ts';

const DEFAULT_SOCKET = '/var/run/docker.sock';
const DEFAULT_ROOT = '/var/lib/docker';
/** Means the same in every reader of such a file, and holds no comma. */
const PLAIN = /^[\w.-]+$/;
const PLAIN_PATH = /^[\w./-]+$/;
const PLAIN_IMAGE = /^[\w./:@-]+$/;
/** A port published on this machine, as a container reaches it. */
const GATEWAY = 'host.docker.internal';

/** Takes what was found and gives `.env` for docker-compose.monitoring.yml: the servers as a container sees them. */
export function envText({
  servers,
  docker,
}: {
  readonly servers: readonly FoundServer[];
  readonly docker: DockerFound;
}): string {
  const networks = [...new Set(servers.map(networkOf).filter((name) => name !== undefined))];
  const lines = [
    '# What docker-compose.monitoring.yml reads, written by `pgvigil init`. docs/compose.md explains every variable.',
    '',
    ...servers.flatMap(remarks),
    `PGVIGIL_URL=${servers.map(urlInside).join(',')}`,
    '',
    '# secrets/pgvigil/postgres, by the name that the container sees. User 10187 has to be able to read it.',
    'PGVIGIL_PASSWORD_FILE=/run/secrets/postgres',
    ...expectLines(servers),
    ...networkLines(networks),
    ...dockerLines(docker),
    ...imageLines(servers),
  ];
  return `${lines.join('\n')}\n`;
}

/** The database that the URL names is expected. */
function urlInside(server: FoundServer): string {
  const [database = 'postgres'] = server.expect;
  return urlOf(addressInside(server), { user: ROLE, database });
}

function addressInside(server: FoundServer): { readonly host: string; readonly port: number } {
  const { host, port, container } = server;
  if (networkOf(server) !== undefined && container !== undefined)
    return { host: container.name, port: container.port };
  const isHere = host === 'localhost' || host === '::1' || host.startsWith('127.') || host.startsWith('/');
  return isHere ? { host: GATEWAY, port } : { host, port };
}

/** The network to join: only where the container cannot be reached by a port of this machine. */
function networkOf({ container }: FoundServer): string | undefined {
  if (container === undefined || container.published === 'everywhere') return undefined;
  return container.network !== undefined && PLAIN.test(container.network) ? container.network : undefined;
}

function remarks(server: FoundServer): readonly string[] {
  const { name, container, host } = server;
  const is = `# ${inLine(name)}`;
  if (networkOf(server) !== undefined) return [`${is}: by the network of its container.`];
  if (container !== undefined && container.published !== 'everywhere')
    return [`${is}: no container reaches it so. Give it a network that both are in: docs/compose.md.`];
  const isHere = addressInside(server).host === GATEWAY;
  if (container === undefined && isHere && !host.startsWith('/'))
    return [
      `${is}: it has to listen on the address of Docker's networks, with a line in pg_hba.conf: docs/compose.md.`,
    ];
  if (host.startsWith('/'))
    return [`${is}: it has to listen on an address of this machine: docs/compose.md.`];
  return [];
}

function expectLines(servers: readonly FoundServer[]): readonly string[] {
  const more = servers.map(({ expect }) => expect.slice(1));
  const [only = []] = servers.length === 1 ? more : [];
  const plain = only.filter((name) => PLAIN.test(name));
  const others = more.flat().length - plain.length;
  return [
    ...(plain.length === 0
      ? []
      : ['', '# More databases to page about.', `PGVIGIL_EXPECT=${plain.join(',')}`]),
    ...(others === 0
      ? []
      : [
          '',
          `# Databases that are expected and cannot be written here: ${others}. A config/pgvigil.yml can: docs/compose.md.`,
        ]),
  ];
}

function networkLines([network, ...others]: readonly string[]): readonly string[] {
  if (network === undefined) return [];
  return [
    '',
    '# The network of the database, which is there already.',
    `PGVIGIL_NETWORK=${network}`,
    'PGVIGIL_NETWORK_EXTERNAL=true',
    ...(others.length === 0 ? [] : [`# One can be named here; these are left: ${others.join(', ')}.`]),
  ];
}

function dockerLines(docker: DockerFound): readonly string[] {
  if (docker.kind !== 'answers') return [];
  const socket = docker.host.replace(/^unix:\/\//, '');
  const isOther = docker.host.startsWith('unix://') && socket !== DEFAULT_SOCKET && PLAIN_PATH.test(socket);
  const root = docker.rootDirectory;
  return [
    ...(isOther ? ['', '# Where Docker listens.', `DOCKER_SOCKET=${socket}`] : []),
    ...(root !== DEFAULT_ROOT && PLAIN_PATH.test(root)
      ? ['', '# Where Docker keeps its data.', `DOCKER_ROOT=${root}`]
      : []),
  ];
}

function imageLines(servers: readonly FoundServer[]): readonly string[] {
  const image = servers.find(({ container }) => container !== undefined)?.container?.image ?? '';
  if (!PLAIN_IMAGE.test(image)) return [];
  return ['', '# For --profile backup: the image of the server.', `POSTGRES_IMAGE=${image}`];
}
