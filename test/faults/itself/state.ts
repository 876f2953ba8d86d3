import { mkdirSync, readdirSync, readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MAIN } from '../../kit/exporter.ts';
import { program } from '../../kit/needs.ts';
import { run, start } from '../../kit/process.ts';
import { waitFor } from '../../kit/wait.ts';
import type { Exposition } from '../harness/exposition.ts';
import type { Fault } from '../harness/fault.ts';
import { DATABASES } from '../harness/server.ts';
import type { Stage } from '../harness/stage.ts';
import { startAgain } from '../harness/turn-over.ts';
import type { Vigil } from '../harness/vigil.ts';
import { seconds } from '../harness/words.ts';

const CURRENT = 'ledger.json';
const PREVIOUS = 'ledger.previous.json';
/** Within it a write that failed for a while is tried again. */
const RETRY_MS = 25_000;
const KILLS = 30;

interface Remembering {
  readonly vigil: Vigil;
  /** A file of the state directory. */
  readonly at: (name: string) => string;
  /** A database that only the memory expects is expected still. */
  readonly knows: (scrape: Exposition) => boolean;
  /** Something happens that is worth a write. */
  readonly stir: () => Promise<void>;
}

/** A pgvigil that has learned a database, as root without the right to read what it may not. */
async function watchLearned(stage: Stage): Promise<Remembering> {
  const { entry, backends, isWell, postgres } = await stage.postgres();
  await postgres.query('CREATE DATABASE learned');
  const databases = { expect: [...DATABASES], learn_after: '1s' };
  const without = '-dac_override,-dac_read_search';
  const knows = (scrape: Exposition): boolean =>
    isWell(scrape) &&
    scrape.value('pgvigil_database_expected', { datname: 'learned', source: 'learned' }) === 1;
  const vigil = await stage.watch(
    { servers: [{ ...entry, databases }] },
    {
      backends,
      calm: knows,
      through: [program('setpriv'), '--bounding-set', without, '--inh-caps', without],
    },
  );
  const shop = { server: 'main', datname: 'shop' };
  return {
    vigil,
    knows,
    at: (name) => join(vigil.exporter.stateDirectory, name),
    async stir() {
      await postgres.query('DROP DATABASE shop');
      await vigil.until('pgvigil_database_present', shop, 0, 3_000);
      await postgres.query('CREATE DATABASE shop');
      await vigil.until('pgvigil_database_present', shop, 1, 3_000);
    },
  };
}

/** What may become of a file. */
const DAMAGES: Readonly<Record<string, (file: string) => void>> = {
  empty: (file) => truncateSync(file, 0),
  'cut off': (file) => truncateSync(file, readFileSync(file).length / 2),
  zeros: (file) => writeFileSync(file, Buffer.alloc(readFileSync(file).length)),
  'of a newer version': (file) =>
    writeFileSync(file, readFileSync(file, 'utf8').replace(/"version":\s*\d+/, '"version":99')),
  'a directory': (file) => {
    renameSync(file, `${file}.away`);
    mkdirSync(file);
  },
};

function readsAsLedger(file: string): true | undefined {
  return JSON.stringify(JSON.parse(readFileSync(file, 'utf8'))).includes('learned') || undefined;
}

/** Faults of what is remembered, and of the moment in which it is written. */
export const STATE: readonly Fault[] = [
  {
    row: 77,
    name: 'the file of the state is empty, cut off, zeros, of a newer version, a directory',
    needs: ['root', 'postgres'],
    async play(stage) {
      const { vigil, at, knows } = await watchLearned(stage);
      // Both generations know it from now on.
      await startAgain(vigil);
      await vigil.becomes('it is known', 5_000, knows);
      for (const [what, damage] of Object.entries(DAMAGES)) {
        await startAgain(vigil, () => damage(at(CURRENT)));
        await vigil.becomes(`${what}: it is known from the generation before`, 5_000, knows);
        await vigil.until('pgvigil_state_corrupt', {}, 1, 0);
        await vigil.until('pgvigil_state_durable', {}, 1, 5_000);
        const aside = readdirSync(vigil.exporter.stateDirectory).filter((name) => name.includes('.corrupt-'));
        if (aside.length === 0) throw new Error(`${what}: nothing was put aside`);
        await waitFor(`${what}: a good one in its place`, 5_000, () => readsAsLedger(at(CURRENT)));
        await startAgain(vigil);
        await vigil.becomes('it is known', 5_000, knows);
        await vigil.until('pgvigil_state_corrupt', {}, 0, 0);
      }
      await startAgain(vigil, () => {
        for (const file of [CURRENT, PREVIOUS]) writeFileSync(at(file), '');
      });
      const names = { server: 'main', source: 'config' };
      await vigil.becomes('both generations lost: what is configured is expected', 5_000, (scrape) =>
        DATABASES.every((datname) => scrape.value('pgvigil_database_expected', { ...names, datname }) === 1),
      );
      await vigil.until('pgvigil_state_corrupt', {}, 1, 0);
      await vigil.becomes('it learns again', 10_000, knows);
      return `${Object.keys(DAMAGES).join(', ')}: told, put aside, nothing forgotten; both generations: what is configured stays expected`;
    },
  },
  {
    row: 77,
    name: 'the file of the state may not be read, and may not be changed',
    needs: ['root', 'postgres'],
    async play(stage) {
      const { vigil, at, knows, stir } = await watchLearned(stage);
      await startAgain(vigil, () => chmod(at(CURRENT), 0));
      await vigil.until('pgvigil_state_durable', {}, 0, 5_000);
      await chmod(at(CURRENT), 0o600);
      const read = await vigil.becomes(
        'it is known again',
        RETRY_MS,
        (scrape) => knows(scrape) && scrape.value('pgvigil_state_durable') === 1,
      );
      const chattr = (flag: string): Promise<unknown> =>
        run({ command: program('chattr'), args: [flag, at(CURRENT)] });
      await chattr('+i');
      stage.undo(() => chattr('-i'));
      await stir();
      await vigil.until('pgvigil_state_durable', {}, 0, 5_000);
      await chattr('-i');
      const written = await vigil.until('pgvigil_state_durable', {}, 1, RETRY_MS);
      return `remembered ${seconds(read)} after it may be read, durable ${seconds(written)} after it may be changed`;
    },
  },
  {
    row: 77,
    name: 'the disk of the state is full',
    needs: ['mounts', 'postgres'],
    async play(stage) {
      const { entry, backends, isWell, postgres } = await stage.postgres();
      const space = await stage.namespace();
      const directory = (await space.run('mktemp', '-d')).trim();
      stage.undo(() => run({ command: 'rmdir', args: [directory] }));
      await space.run('mount', '-t', 'tmpfs', '-o', 'size=256k', 'memory', directory);
      const state = { directory: `${directory}/pgvigil` };
      const vigil = await stage.watch(
        { servers: [entry], state },
        { backends, calm: isWell, through: space.through },
      );
      await vigil.until('pgvigil_state_durable', {}, 1, 5_000);
      await space.run('bash', '-c', 'cat /dev/zero > "$1/ballast" 2>/dev/null; true', '-', directory);
      const shop = { server: 'main', datname: 'shop' };
      await postgres.query('DROP DATABASE shop');
      await vigil.until('pgvigil_database_present', shop, 0, 3_000);
      const told = await vigil.until('pgvigil_state_durable', {}, 0, 5_000);
      await postgres.query('CREATE DATABASE shop');
      await startAgain(vigil);
      await vigil.until('pgvigil_database_present', shop, 1, 5_000);
      await vigil.until('pgvigil_state_corrupt', {}, 0, 0);
      await space.run('rm', `${directory}/ballast`);
      const back = await vigil.until('pgvigil_state_durable', {}, 1, RETRY_MS);
      const files = (await space.run('ls', state.directory)).split('\n');
      const torn = files.filter((name) => name.includes('.tmp') || name.includes('.corrupt-'));
      if (torn.length > 0) throw new Error(`left over: ${torn.join(', ')}`);
      return `told after ${seconds(told)}, nothing torn by a restart, durable ${seconds(back)} after there is room`;
    },
  },
  {
    row: 77,
    name: `SIGKILL ${KILLS} times while it starts and writes`,
    needs: ['root', 'postgres'],
    async play(stage) {
      const { vigil, at, knows } = await watchLearned(stage);
      const startedAt = performance.now();
      await startAgain(vigil);
      const startMs = performance.now() - startedAt;
      await startAgain(vigil, async () => {
        const { configFile } = vigil.exporter;
        for (let kill = 0; kill < KILLS; kill += 1) {
          const args = [MAIN, 'serve', '--config', configFile];
          const running = await start({
            command: process.execPath,
            args,
            env: { PATH: process.env['PATH'] },
          });
          // From before its first write until after it.
          await sleep(startMs * (0.4 + kill / KILLS));
          running.signal('SIGKILL');
          await running.exited;
        }
      });
      await vigil.becomes('it is known', 5_000, knows);
      await vigil.until('pgvigil_state_corrupt', {}, 0, 0);
      const journal = readFileSync(at('journal.ndjson'), 'utf8').split('\n');
      const starts = journal.filter((line) => line.includes('"pgvigil_started"')).length;
      if (starts < 5) throw new Error('it was always killed before it wrote');
      return `${starts} of them had written; nothing damaged, nothing forgotten`;
    },
  },
  {
    row: 112,
    name: 'the state directory is deleted while pgvigil runs',
    needs: ['root', 'postgres'],
    async play(stage) {
      const { vigil, at, knows, stir } = await watchLearned(stage);
      await run({ command: 'rm', args: ['-rf', vigil.exporter.stateDirectory] });
      await stir();
      await vigil.until('pgvigil_state_durable', {}, 1, 5_000);
      await startAgain(vigil);
      await vigil.becomes('it is known', 5_000, knows);
      await vigil.until('pgvigil_state_corrupt', {}, 0, 0);
      if (!readFileSync(at(CURRENT), 'utf8').includes('learned')) throw new Error('it was not written');
      return 'written anew from memory, nothing forgotten over a restart';
    },
  },
];
