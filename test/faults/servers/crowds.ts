import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startImpostor } from '../../kit/impostor.ts';
import type { Exposition } from '../harness/exposition.ts';
import type { Fault } from '../harness/fault.ts';
import { DATABASES } from '../harness/server.ts';
import { AS_IT_COMES_MS, isIn, openServer, QUICKLY_MS } from '../harness/trouble.ts';
import { seconds } from '../harness/words.ts';

const HANGING = 45;
const WELL = 5;
/** From DROP DATABASE to the metric, a scrape included. */
const GONE_MS = 3_000;

/** Whether these are open incidents of the server. */
const incidents = (scrape: Exposition, kind: string): number =>
  scrape.find('pgvigil_incident_open', { kind }).filter(({ value }) => value === 1).length;

/** Other servers than the one that was meant, and many that do not answer. */
export const CROWDS: readonly Fault[] = [
  {
    row: 134,
    name: 'another PostgreSQL with the same databases takes the port over',
    needs: ['postgres'],
    async play(stage) {
      const other = await stage.postgres({ freshIdentity: true });
      const { vigil, postgres, isWell } = await openServer(stage, undefined, {}, { lossIsTrue: true });
      const server = 'main';
      await other.postgres.stop();
      await appendFile(join(other.postgres.dataDirectory, 'postgresql.conf'), `port = ${postgres.port}\n`);
      await postgres.stop();
      await other.postgres.start();
      const seen = await vigil.becomes(
        'another cluster is told',
        QUICKLY_MS,
        // The kept session may tell who it is before a fresh connection tells that it is up.
        (scrape) =>
          isIn(scrape, 'up') &&
          scrape.value('pgvigil_server_identity_match', { server }) === 0 &&
          incidents(scrape, 'server_replaced') === 1,
      );
      await vigil.stays(
        'up, and not the one that was',
        5_000,
        (scrape) =>
          isIn(scrape, 'up') &&
          scrape.value('pgvigil_server_identity_match', { server }) === 0 &&
          DATABASES.every(
            (datname) => scrape.value('pgvigil_database_identity_match', { server, datname }) === 0,
          ),
      );
      await other.postgres.stop();
      await postgres.start();
      const back = await vigil.becomes(
        'the cluster that was meant is back',
        QUICKLY_MS,
        (scrape) => isWell(scrape) && scrape.value('pgvigil_server_identity_match', { server }) === 1,
      );
      return `another cluster told after ${seconds(seen)}, its own after ${seconds(back)}`;
    },
  },
  {
    row: 136,
    name: `${HANGING} of ${HANGING + WELL} servers hang`,
    needs: ['postgres'],
    async play(stage) {
      const { postgres, entry, backends } = await stage.postgres();
      await postgres.query(`ALTER ROLE pgvigil CONNECTION LIMIT ${2 * WELL}`);
      const silent = await Promise.all(Array.from({ length: HANGING }, () => startImpostor('silence')));
      for (const one of silent) stage.undo(one.close);
      const well = Array.from({ length: WELL }, (_, index) => `well-${index}`);
      const hanging = silent.map(({ port }, index) => ({
        ...entry,
        name: `hanging-${index}`,
        url: entry.url.replace(/:\d+\//, `:${port}/`),
      }));
      const isWell = (scrape: Exposition): boolean => well.every((name) => isIn(scrape, 'up', name));
      const vigil = await stage.watch(
        { servers: [...hanging, ...well.map((name) => ({ ...entry, name }))] },
        { backends, calm: isWell },
      );
      const hung = await vigil.becomes('all that hang are told', AS_IT_COMES_MS, (scrape) =>
        hanging.every(({ name }) => isIn(scrape, 'hung', name)),
      );
      await vigil.stays('the others are seen', 5_000, isWell);
      await postgres.query('DROP DATABASE shop');
      const gone = await vigil.becomes('shop is gone from all others', GONE_MS, (scrape) =>
        well.every((server) => scrape.value('pgvigil_database_present', { server, datname: 'shop' }) === 0),
      );
      const open = silent.reduce((sum, one) => sum + one.open(), 0);
      if (open > 2 * HANGING) throw new Error(`${open} sockets to ${HANGING} servers`);
      for (const one of silent) await one.close();
      return `hung after ${seconds(hung)}, DROP seen by ${WELL} servers after ${seconds(gone)}, ${open} sockets`;
    },
  },
];
