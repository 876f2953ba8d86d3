import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BareStage } from '../../scenarios/bare-stage.ts';
import { DATABASE_LOSSES } from '../../scenarios/losses-databases.ts';
import { VOLUME_LOSSES } from '../../scenarios/losses-docker.ts';
import { SERVER_LOSSES } from '../../scenarios/losses-servers.ts';
import { ROUTINE } from '../../scenarios/routine.ts';
import type { Scenario } from '../../scenarios/scenario.ts';
import type { Fault } from '../harness/fault.ts';
import { fromScenario, scenarioNamed } from '../harness/from-scenario.ts';
import type { Vigil } from '../harness/vigil.ts';

type BareScenario = Extract<Scenario, { stage: 'bare' }>;
const bareNamed = (name: string): BareScenario =>
  scenarioNamed(
    [...DATABASE_LOSSES, ...SERVER_LOSSES, ...ROUTINE].filter((one) => one.stage === 'bare'),
    name,
  );

/** A look at the filesystem, a connection, and the ticks after them. */
const OVER_WITHIN_MS = 20_000;
const SERVER = { server: 'main' };
const SIMFAB = { ...SERVER, datname: 'simfab_dev' };
const SHOP = { ...SERVER, datname: 'shop' };

/** The other database was not taken for lost beside it. */
async function shopIsThere(_: BareStage, vigil: Vigil): Promise<string> {
  await vigil.until('pgvigil_database_present', SIMFAB, 0, 0);
  await vigil.until('pgvigil_database_present', SHOP, 1, 0);
  await vigil.until('pgvigil_server_up', SERVER, 1, 0);
  return 'the other database is there';
}

/** Databases that are dropped, renamed, made anew or wiped, and servers that are another one or have no room. */
export const LOST_DATABASES: readonly Fault[] = [
  fromScenario(35, bareNamed('DROP DATABASE'), { after: shopIsThere }),
  fromScenario(35, bareNamed('DROP DATABASE … WITH (FORCE) under open sessions'), { after: shopIsThere }),
  fromScenario(36, bareNamed('disk full'), {
    name: 'no room on the disk of the data, and SELECT works',
    async after({ server, sql }, vigil) {
      await sql('SELECT 1');
      await vigil.until('pgvigil_server_up', SERVER, 1, 0);
      await vigil.until('pgvigil_filesystem_avail_bytes', { mountpoint: server.dataDirectory }, 0, 0);
      await rm(join(server.dataDirectory, 'filler'));
      return over(vigil);
    },
  }),
  // The new name is learned so late that taking it away again is no loss of its own.
  fromScenario(
    37,
    { ...bareNamed('ALTER DATABASE … RENAME'), options: { learnAfter: '1h' } },
    {
      async after(stage, vigil) {
        const others = await shopIsThere(stage, vigil);
        await stage.sql('ALTER DATABASE simfab_old RENAME TO simfab_dev');
        await vigil.until('pgvigil_database_present', SIMFAB, 1, OVER_WITHIN_MS);
        return `${others}; ${await over(vigil)}`;
      },
    },
  ),
  fromScenario(38, bareNamed('dropped and made again between two looks'), {
    async after(_, vigil) {
      await vigil.until('pgvigil_database_present', SIMFAB, 1, 0);
      await vigil.until('pgvigil_database_identity_match', SIMFAB, 0, 0);
      await vigil.until('pgvigil_database_identity_match', SHOP, 1, 0);
      return 'present, and another one than before';
    },
  }),
  fromScenario(39, bareNamed('the files of a database deleted'), {
    async after(stage, vigil) {
      await vigil.until('pgvigil_database_size_bytes', SIMFAB, undefined, 0);
      return shopIsThere(stage, vigil);
    },
  }),
  fromScenario(44, bareNamed('data directory wiped under a living server, without Docker')),
  fromScenario(49, scenarioNamed(VOLUME_LOSSES, 'data directory emptied and initialised anew'), {
    async after(_, vigil) {
      await vigil.until('pgvigil_server_up', SERVER, 1, 0);
      await vigil.until('pgvigil_server_identity_match', SERVER, 0, 0);
      return 'up, and another cluster';
    },
  }),
  fromScenario(50, bareNamed('standby promoted'), {
    async after(_, vigil) {
      await vigil.until('pgvigil_server_timeline', SERVER, 2, OVER_WITHIN_MS);
      await vigil.until('pgvigil_server_in_recovery', SERVER, 0, 0);
      await vigil.until('pgvigil_server_identity_match', SERVER, 1, 0);
      return 'timeline 2, no longer in recovery, the same cluster';
    },
  }),
];

/** Waits until nothing is open any more. */
async function over(vigil: Vigil): Promise<string> {
  const look = (scrape: { find(name: string): readonly unknown[] }): boolean =>
    scrape.find('pgvigil_incident_open').length === 0;
  const ms = await vigil.becomes('no incident is open', OVER_WITHIN_MS, look);
  return `over after ${(ms / 1000).toFixed(1)} s`;
}
