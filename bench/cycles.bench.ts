import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { openDisks } from '../test/faults/disks/stage.ts';
import { openStage, type Stage } from '../test/faults/harness/stage.ts';
import { excess, mostOf, type Usage } from '../test/faults/harness/usage.ts';
import type { Vigil } from '../test/faults/harness/vigil.ts';
import { ROOT } from '../test/kit/bundle.ts';
import { describeWith } from '../test/kit/needs.ts';
import { createEngines } from '../test/scenarios/engines.ts';

/** BENCH_CYCLES=100 npm run bench -- cycles */
const CYCLES = Number(process.env['BENCH_CYCLES'] ?? 1_000);
/** A look that is not answered for so long has failed; the fault lasts longer, and is gone for as long. */
const DEADLINE = '100ms';
const HALF_CYCLE_MS = 300;
const RETURN_MS = 60_000;
const OVERHEAD_MS = 180_000;
const SETTLED_MS = 15_000;

/** A fault that comes and goes. */
interface Worst {
  readonly name: string;
  readonly open: (stage: Stage) => Promise<{
    readonly vigil: Vigil;
    readonly begin: () => Promise<unknown> | unknown;
    readonly end: () => Promise<unknown> | unknown;
  }>;
}

const TIMES = {
  intervals: { presence: DEADLINE, connect: DEADLINE, filesystems: DEADLINE },
  // The helper that asks is a process, which has to be started.
  timeouts: { connect: DEADLINE, query: DEADLINE, filesystem: '250ms' },
};

const WORST: readonly Worst[] = [
  {
    name: 'the postmaster is frozen and goes on',
    async open(stage) {
      const { postgres, entry, backends } = await stage.postgres();
      const vigil = await stage.watch({ servers: [entry], ...TIMES }, { backends });
      stage.undo(() => postgres.signal('SIGCONT'));
      return {
        vigil,
        begin: () => postgres.signal('SIGSTOP'),
        end: () => postgres.signal('SIGCONT'),
      };
    },
  },
  {
    name: 'somebody locks the list of databases and lets go',
    async open(stage) {
      const { postgres, entry, backends } = await stage.postgres();
      const vigil = await stage.watch({ servers: [entry], ...TIMES }, { backends });
      const locker = await postgres.session();
      return {
        vigil,
        begin: () => locker.query('BEGIN; LOCK TABLE pg_database IN ACCESS EXCLUSIVE MODE'),
        end: () => locker.query('ROLLBACK'),
      };
    },
  },
  {
    name: 'a filesystem hangs and answers again',
    async open(stage) {
      const { space, at, watch } = await openDisks(stage, TIMES);
      const server = String(await space.fuse(at('disk'), 'ok'));
      const vigil = await watch(at('disk'));
      return {
        vigil,
        begin: () => space.run('kill', '-STOP', server),
        end: () => space.run('kill', '-CONT', server),
      };
    },
  },
];

/** What pgvigil holds before, at most during, and after a thousand rounds of its worst faults. */
describeWith(['root', 'postgres', 'mounts'], 'cycles', () => {
  const rows: {
    readonly name: string;
    readonly before: Usage;
    readonly most: Usage;
    readonly after: Usage;
  }[] = [];

  test.concurrent.each(WORST)(
    '$name',
    { timeout: OVERHEAD_MS + CYCLES * HALF_CYCLE_MS * 4, retry: 0 },
    async ({ name, open }) => {
      const { stage, clear } = openStage(createEngines());
      try {
        const { vigil, begin, end } = await open(stage);
        const before = mostOf(await readingsOf(vigil));
        const readings: Usage[] = [];
        for (let cycle = 0; cycle < CYCLES; cycle += 1) {
          await begin();
          await sleep(HALF_CYCLE_MS);
          if (cycle % 10 === 0) readings.push(vigil.usage());
          await end();
          await sleep(HALF_CYCLE_MS);
        }
        await vigil.returns(RETURN_MS);
        // What wrote the state down is let go when it has been idle.
        await sleep(SETTLED_MS);
        const after = vigil.usage();
        rows.push({ name, before, most: mostOf(readings), after });
        expect(excess(after, before)).toEqual([]);
        expect(vigil.watch.problems()).toEqual([]);
      } finally {
        await clear();
      }
    },
  );

  async function readingsOf({ usage }: Vigil): Promise<readonly Usage[]> {
    const readings: Usage[] = [];
    while (readings.length < 200) {
      readings.push(usage());
      await sleep(100);
    }
    return readings;
  }

  afterAll(() => {
    mkdirSync(join(ROOT, 'test-output'), { recursive: true });
    writeFileSync(join(ROOT, 'test-output/cycles.json'), `${JSON.stringify({ CYCLES, rows }, null, 2)}\n`);
    const table = rows.flatMap(({ name, ...usages }) =>
      Object.entries(usages).map(
        ([when, usage]) =>
          `| ${name} | ${when} | ${Math.round(usage.rssBytes / 2 ** 20)} MiB | ${usage.descriptors} | ${usage.threads} | ${usage.processes} | ${usage.backends} |`,
      ),
    );
    const head = `| ${CYCLES} cycles | when | resident | descriptors | threads | processes | backends |\n|---|---|---|---|---|---|---|`;
    process.stdout.write(`\n${[head, ...table].join('\n')}\n`);
  });
});
