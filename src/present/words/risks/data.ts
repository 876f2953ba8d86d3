import type { RiskName } from '../../../model/risk.ts';
import { type Facts, named, sentence, text } from '../facts.ts';
import { inShell } from '../text.ts';
import type { RiskWords } from './risk-words.ts';

/** Where the data lies: risks of its place. */
export const DATA_RISKS = {
  anonymous_volume: {
    title: 'Data on an anonymous volume',
    meaning: ({ server, facts }) =>
      `The data of ${server} lies on a volume without a name${of(facts, 'volume')}. A container that is made anew gets another, empty one, and a prune deletes this one.`,
    remedy: 'With the server stopped, copy the data to a volume with a name, and mount that one:',
    example: ({ facts }) => [
      'docker volume create pgdata',
      `docker run --rm -v ${word(facts, 'volume', 'VOLUME')}:/from:ro -v pgdata:/to --entrypoint cp IMAGE -a /from/. /to/`,
      '# docker-compose.yml, at the service:',
      `volumes: ['pgdata:${word(facts, 'destination', '/var/lib/postgresql/data')}']`,
      '# and at the end of the file:',
      'volumes: { pgdata: { external: true } }',
    ],
  },
  no_volume: {
    title: 'Data on no volume',
    meaning: ({ server, facts }) =>
      `The data of ${server} lies in ${named('container', text(facts, 'container'))} itself and goes away with it: docker rm, docker compose down or an upgrade of the image is enough.`,
    remedy: 'Dump it, and load the dump into a server whose data directory is a volume with a name:',
    example: ({ facts }) => [
      `docker exec ${word(facts, 'container', 'CONTAINER')} pg_dumpall -U postgres > all.sql`,
      '# docker-compose.yml, at the service:',
      `volumes: ['pgdata:${word(facts, 'data_directory', '/var/lib/postgresql/data')}']`,
      '# and at the end of the file:',
      'volumes: { pgdata: {} }',
    ],
  },
  mount_mismatch: {
    title: 'A volume is mounted where the data is not',
    meaning: ({ server, facts }) =>
      `${sentence(named('volume', text(facts, 'volume')))} is mounted at ${text(facts, 'destination') ?? 'another path'}, and ${server} has its data in ${text(facts, 'data_directory') ?? 'another directory'}: the volume protects nothing. Images of PostgreSQL from 18 on keep the data in /var/lib/postgresql/18/docker.`,
    remedy: 'Dump the data first, then mount the volume where the image keeps it, and load the dump:',
    example: ({ facts }) => [
      `docker exec ${word(facts, 'container', 'CONTAINER')} pg_dumpall -U postgres > all.sql`,
      '# docker-compose.yml, image of PostgreSQL 18 or later:',
      "volumes: ['pgdata:/var/lib/postgresql']",
      '# image of PostgreSQL 17 or earlier:',
      "volumes: ['pgdata:/var/lib/postgresql/data']",
    ],
  },
  state_on_watched_volume: {
    title: 'The memory of pgvigil lies with the data',
    meaning: ({ server, facts }) =>
      `pgvigil keeps what it remembers in ${text(facts, 'state_directory') ?? 'a directory'} on the data of ${server}: both would be lost together, and it would not know what is missing.`,
    remedy: 'Give it a directory elsewhere, and move the files while pgvigil is stopped:',
    example: () => ['# pgvigil.yml', 'state:', '  directory: /var/lib/pgvigil'],
  },
  default_database_only_on_first_init: {
    title: 'An expected database is made by POSTGRES_DB',
    meaning: ({ server, facts }) =>
      `POSTGRES_DB makes ${named('database', text(facts, 'datname'))} of ${server} at the first start on an empty volume, and only then. After a loss it is there again, empty, and every check by name is green.`,
    remedy:
      'Take POSTGRES_DB out of the Compose file once the database exists (it has no effect on data that is there), and write down which cluster it is:',
    example: ({ facts }) => [
      `# docker-compose.yml, environment of ${text(facts, 'container') ?? 'the service'}: remove POSTGRES_DB`,
      "# pgvigil.yml, from: psql -c 'SELECT system_identifier FROM pg_control_system()'",
      'identity:',
      "  system_identifier: 'SYSTEM_IDENTIFIER'",
    ],
  },
} as const satisfies Partial<Record<RiskName, RiskWords>>;

const of = (facts: Facts, key: string): string => {
  const value = text(facts, key);
  return value === undefined ? '' : ` (${value})`;
};

function word(facts: Facts, key: string, placeholder: string): string {
  const value = facts[key];
  return inShell(typeof value === 'string' && value !== '' ? value : undefined, placeholder);
}
