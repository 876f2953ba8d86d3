import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ChildPrograms, createChildren } from './children.ts';
import { diagnose } from './diagnose/diagnose.ts';
import { answerQuestions } from './diagnose/questions.ts';
import { createDiscovery } from './discovery/discovery.ts';
import type { Answer } from './model/answer.ts';
import type { Config } from './model/config.ts';
import { EMPTY_HISTORY, type History } from './model/history.ts';
import type { Log } from './model/log.ts';
import type { Report } from './model/report.ts';
import type { Clock } from './model/time.ts';
import { runCommand } from './observe/backups/command.ts';
import { areInspected } from './observe/docker/inspection.ts';
import { takeSnapshot } from './observe/look.ts';
import {
  createObservers,
  dataPathsOf,
  isInTrouble,
  isRemembered,
  namedServers,
  type Observers,
} from './observers.ts';
import { releaseServer } from './remember/decide.ts';
import { createLedger } from './remember/ledger.ts';
import { remember } from './remember/remember.ts';
import { readUpgrades } from './upgrade-log.ts';

/** What one look without a running server found. */
export interface Look {
  readonly report: Report;
  readonly answers: readonly Answer[];
}

/** Every first look is over by then, or has met its deadline. */
const LOOK_DEADLINE_MS = 15_000;
const POLL_MS = 100;
/** Docker lists a container for a moment after its last event: one more round of looks settles that. */
const SETTLE_MS = 600;

/**
 * Looks once at everything that the config names, with the memory that a pgvigil left in its state directory,
 * and writes nothing there.
 */
export async function lookOnce(
  config: Config,
  deps: {
    readonly clock: Clock;
    readonly log: Log;
    readonly version: string;
    readonly childPrograms: ChildPrograms;
  },
): Promise<Look> {
  const { clock, log } = deps;
  const startedAt = clock.now();
  const children = createChildren(deps.childPrograms, { clock, log });
  let history: History | undefined;
  let report: Report | undefined;
  const observers = createObservers({
    clock,
    log,
    lookup: children.lookup,
    changed: () => undefined,
    diskCalls: children.diskCalls,
    readMountinfo: () => readFileSync('/proc/self/mountinfo', 'utf8'),
    dataPaths: () => dataPathsOf(observers.views(), report),
    backupDisk: children.backupDisk,
    runCommand,
    isWatched: (object) => isRemembered(history ?? EMPTY_HISTORY, object),
    needsControl: (name) => isInTrouble(report, name),
  });
  const discovery = createDiscovery({
    clock,
    log,
    written: () => config,
    history: () => history ?? EMPTY_HISTORY,
    views: () => observers.views(),
    named: () => namedServers(config, observers.views(), history ?? EMPTY_HISTORY),
    readMountinfo: () => readFileSync('/proc/self/mountinfo', 'utf8'),
    readSecret: children.secretFile,
    use: observers.apply,
    release(name) {
      if (history) [history] = releaseServer(history, name, clock.now());
    },
  });
  try {
    const files = children.filesIn(config.state.directory);
    history = (await createLedger({ files, clock, log }).load()).history;
    discovery.begin();
    observers.apply(discovery.config());
    for (
      const deadline = clock.monotonic() + LOOK_DEADLINE_MS;
      clock.monotonic() < deadline;
      await sleep(POLL_MS)
    ) {
      discovery.update();
      if (!discovery.isBusy() && hasLooked(discovery.config(), observers)) break;
    }
    await sleep(SETTLE_MS);
    const self = {
      version: deps.version,
      startedAt,
      stateDurable: true,
      stateCorrupt: false,
      configReloadSuccessful: true,
      configReloadedAt: startedAt,
      configError: undefined,
      webFile: undefined,
      alertPushes: { delivered: 0, rejected: 0, failed: 0 },
      discovery: discovery.verdict(),
    };
    // The second tick sees where the first one found the data to be.
    for (let sequence = 1; sequence <= 2; sequence++) {
      const now = discovery.config();
      const snapshot = takeSnapshot(now, history, observers.views(), clock);
      history = remember(now, history, snapshot, 0).history;
      report = diagnose({ config: now, sequence, self, graceMs: 0 }, history, snapshot);
      if (sequence === 2) {
        const upgrades = await readUpgrades(children.systemLog);
        return { report, answers: answerQuestions({ report, snapshot, history, upgrades }) };
      }
      await sleep(SETTLE_MS);
    }
    throw new Error('unreachable: the second tick returns');
  } finally {
    await observers.stop();
    children.stop();
  }
}

function hasLooked(config: Config, observers: Observers): boolean {
  const { servers, docker, disk } = observers.views();
  const all = config.servers.every(
    ({ name }) => servers.get(name)?.connect !== undefined && servers.get(name)?.catalog !== undefined,
  );
  const listed = docker.inventory?.observation;
  const isKnown = !config.docker.discover || !listed?.seen || areInspected(listed.facts.containers);
  return all && (!docker.enabled || docker.inventory !== undefined) && isKnown && disk.host !== undefined;
}
