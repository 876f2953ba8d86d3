import type { Postgres } from '../../kit/postgres.ts';
import type { Exposition } from '../harness/exposition.ts';
import type { Fault } from '../harness/fault.ts';
import { HBA, PASSWORD } from '../harness/server.ts';
import { seconds } from '../harness/words.ts';

const INTERVALS = { connect: '1s', sizes: '2s' };
/** A connection a second; the second one in a row decides. */
const SEEN_WITHIN_MS = 8_000;
/** Several rounds of every look. */
const ROUNDS_MS = 8_000;
const SERVER = { server: 'main' };
const SIMFAB = { ...SERVER, datname: 'simfab_dev' };

interface Barred {
  readonly row: number;
  readonly name: string;
  readonly bar: (postgres: Postgres) => Promise<unknown>;
  readonly lift: (postgres: Postgres) => Promise<unknown>;
}

/** Never is anything said to be gone where only we are kept out. */
const gone = (scrape: Exposition): string | undefined =>
  scrape.find('pgvigil_database_present', SERVER).some(({ value }) => value === 0)
    ? 'a database was called missing'
    : undefined;

/** pgvigil itself is kept out of the server: it is blind, and what it saw is not lost. */
const blinded = ({ row, name, bar, lift }: Barred, reason: string): Fault => ({
  row,
  name,
  needs: ['postgres'],
  async play(stage) {
    const { postgres, entry, backends, isWell } = await stage.postgres();
    const vigil = await stage.watch({ servers: [entry], intervals: INTERVALS }, { backends, calm: isWell });
    vigil.watch.forbid(gone);
    await bar(postgres);
    const blind = await vigil.until('pgvigil_server_state', { ...SERVER, state: 'blind' }, 1, SEEN_WITHIN_MS);
    await vigil.becomes(`the reason is ${reason}`, SEEN_WITHIN_MS, (scrape) =>
      scrape.find('pgvigil_connection_failures_total', { ...SERVER, reason }).some(({ value }) => value > 0),
    );
    await lift(postgres);
    const back = await vigil.becomes('seen well', SEEN_WITHIN_MS, isWell);
    return `blind (${reason}) after ${seconds(blind)}, back after ${seconds(back)}`;
  },
});

/** One database takes nobody in: it is there all the same, with its size, and so are the others. */
const shut = ({ row, name, bar, lift }: Barred): Fault => ({
  row,
  name,
  needs: ['postgres'],
  async play(stage) {
    const { postgres, entry, backends, isWell } = await stage.postgres();
    const sized = (scrape: Exposition): boolean =>
      scrape.find('pgvigil_database_size_bytes', SIMFAB).length === 1 &&
      scrape.find('pgvigil_incident_open').length === 0;
    const well = (scrape: Exposition): boolean => isWell(scrape) && sized(scrape);
    const vigil = await stage.watch({ servers: [entry], intervals: INTERVALS }, { backends, calm: well });
    await bar(postgres);
    await vigil.stays('both are there, with their sizes', ROUNDS_MS, well);
    const told = vigil.watch.last()?.find('pgvigil_connection_failures_total', SIMFAB) ?? [];
    const reasons = told.filter(({ value }) => value > 0).map(({ labels }) => labels['reason']);
    await lift(postgres);
    await vigil.stays('both are there, with their sizes', ROUNDS_MS / 2, well);
    return `present with its size, nothing open (${reasons.join(', ') || 'nothing failed'})`;
  },
});

/** Doors that are closed. */
export const BARRED_DATABASES: readonly Fault[] = [
  shut({
    row: 46,
    name: 'a database that allows no connections',
    bar: ({ query }) => query('ALTER DATABASE simfab_dev ALLOW_CONNECTIONS false'),
    lift: ({ query }) => query('ALTER DATABASE simfab_dev ALLOW_CONNECTIONS true'),
  }),
  shut({
    row: 47,
    name: 'CONNECT on a database is revoked',
    bar: ({ query }) => query('REVOKE CONNECT ON DATABASE simfab_dev FROM PUBLIC'),
    lift: ({ query }) => query('GRANT CONNECT ON DATABASE simfab_dev TO PUBLIC'),
  }),
  blinded(
    {
      row: 47,
      name: 'another password',
      bar: ({ query }) => query(`ALTER ROLE pgvigil PASSWORD 'another one'`),
      lift: ({ query }) => query(`ALTER ROLE pgvigil PASSWORD '${PASSWORD}'`),
    },
    'auth_failed',
  ),
  blinded(
    {
      row: 47,
      name: 'pg_hba.conf lets us in no longer',
      bar: ({ setHba }) => setHba(['host all pgvigil 0.0.0.0/0 reject']),
      lift: ({ setHba }) => setHba(HBA),
    },
    'access_denied',
  ),
  blinded(
    {
      row: 47,
      name: 'the role may not log in any more',
      bar: ({ query }) => query('ALTER ROLE pgvigil NOLOGIN'),
      lift: ({ query }) => query('ALTER ROLE pgvigil LOGIN'),
    },
    'access_denied',
  ),
];
