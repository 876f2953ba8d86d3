import { readFileSync } from 'node:fs';
import { type AccessKeeper, createAccessKeeper } from './access.ts';
import type { App, AppDeps } from './app-deps.ts';
import { createChildren } from './children.ts';
import { createControl } from './control.ts';
import { diagnose } from './diagnose/diagnose.ts';
import { createDiscovery } from './discovery/discovery.ts';
import { createInvestigation } from './investigation.ts';
import { tellHappening } from './log.ts';
import type { Config } from './model/config.ts';
import type { SelfVerdict } from './model/report.ts';
import { OPEN_ACCESS } from './model/web-access.ts';
import { runCommand } from './observe/backups/command.ts';
import { takeSnapshot } from './observe/look.ts';
import { createObservers, dataPathsOf, isInTrouble, isRemembered, namedServers } from './observers.ts';
import { createPusher } from './present/alerts/pusher.ts';
import { createWeb } from './present/web/server.ts';
import { createReloader, type Reloaded } from './reload.ts';
import { releaseServer } from './remember/decide.ts';
import { createJournal } from './remember/journal.ts';
import { createLedger } from './remember/ledger.ts';
import { mergeHistories } from './remember/merge.ts';
import { recordIncidents } from './remember/record-incidents.ts';
import { remember } from './remember/remember.ts';
import { createWatch } from './watch.ts';
import { createWatchdog } from './watchdog/watchdog.ts';
import { answerControl } from './word.ts';

/** Mountinfo of this process: procfs never hangs (proc(5)). */
const MOUNTINFO = '/proc/self/mountinfo';
const FLUSH_DEADLINE_MS = 700;
const STATE_DEADLINE_MS = 5000;
/** An event loop that stands still for so long does not go on by itself. */
const MAX_STALL_MS = 60_000;
/** So many milliseconds may a tick be late before nothing is pushed any more. */
const PUSH_MAX_LATE_MS = 15_000;

/** Puts the rooms together: observers → heartbeat → memory, report, page. */
export function createApp(initial: Config, deps: AppDeps): App {
  const { clock, log, version, fatal } = deps;
  const startedAt = clock.now();
  const readMountinfo = (): string => readFileSync(MOUNTINFO, 'utf8');
  let written = initial;
  let corrupt = false;

  const children = createChildren(deps.childPrograms, { clock, log });
  const files = children.filesIn(initial.state.directory);
  const ledger = createLedger({
    files,
    clock,
    log,
    // A disk that was silent at the start: what it holds is older than what was seen meanwhile.
    recovered: (older) => watch.replace(mergeHistories(older, watch.history())),
  });
  const journal = createJournal({ files, clock, log, keep: 500 });
  const investigation = createInvestigation(journal, children.systemLog);

  const observers = createObservers({
    clock,
    log,
    lookup: children.lookup,
    changed: () => watch.wake(),
    diskCalls: children.diskCalls,
    readMountinfo,
    dataPaths: () => dataPathsOf(observers.views(), watch.report()),
    backupDisk: children.backupDisk,
    runCommand,
    needsControl: (name) => isInTrouble(watch.report(), name),
    isWatched: (object) => isRemembered(watch.history(), object),
  });

  const discovery = createDiscovery({
    log,
    clock,
    written: () => written,
    history: () => watch.history(),
    views: () => observers.views(),
    named: () => namedServers(written, observers.views(), watch.history()),
    readMountinfo,
    readSecret: children.secretFile,
    use(config) {
      deps.inForce?.(config);
      observers.apply(config);
      watch.wake();
    },
    release: (name) => watch.change(...releaseServer(watch.history(), name, clock.now())),
  });

  const watch = createWatch({
    clock,
    log,
    config: () => discovery.config(),
    broken: fatal,
    saved(history, happenings) {
      ledger.save(history, happenings.length > 0);
      if (happenings.length > 0) journal.add(happenings);
      for (const happening of happenings) tellHappening(log, happening);
    },
    published(report) {
      pusher.publish(report);
      discovery.update();
      investigation.published(report);
    },
    steps: {
      look: (now, history) => takeSnapshot(now, history, observers.views(), clock),
      remember,
      record: (history, report) => recordIncidents(history, report.incidents, report.at),
      diagnose(now, history, snapshot, sequence, before) {
        investigation.looked(snapshot, history);
        const context = { config: now, sequence, self: self(), ...(before && { dropped: before.dropped }) };
        return diagnose(context, history, snapshot);
      },
    },
  });

  const pusher = createPusher({
    clock,
    log,
    lookup: children.lookup,
    maxReportAgeMs: () => written.intervals.presence + PUSH_MAX_LATE_MS,
  });

  const web = createWeb({
    listenAddress: deps.listen,
    access: deps.webFile?.first.config ?? OPEN_ACCESS,
    hashWorkerPath: deps.hashWorkerPath,
    report: watch.report,
    events: (limit) => journal.recent(limit),
    incident: investigation.find,
    ready: () => watch.report() !== undefined,
    healthy: watch.healthy,
    reload: initial.web.enableLifecycle ? () => reload() : undefined,
    log,
    clock,
  });

  const reloader = createReloader({
    load: deps.reloadConfig,
    config: () => written,
    use(next) {
      written = next;
      observers.apply(discovery.config());
      discovery.reload();
      pusher.apply(written.alertmanager);
      deps.scheduler.apply(written);
    },
    clock,
    log,
  });

  const access: AccessKeeper | undefined =
    deps.webFile && createAccessKeeper(deps.webFile.first, { ...deps.webFile, apply: web.apply, log });

  const control = createControl({
    stateDirectory: initial.state.directory,
    handle(request) {
      const answer = answerControl(request, { config: discovery.config(), watch, now: clock.now() });
      if (request.do === 'forget') discovery.update(true);
      return answer;
    },
    log,
  });

  const watchdog = createWatchdog({
    threadPath: deps.watchdogThreadPath,
    maxStallMs: MAX_STALL_MS,
    healthy: watch.healthy,
    fatal,
    log,
  });

  function self(): SelfVerdict {
    return {
      version,
      startedAt,
      stateDurable: ledger.durable() && journal.durable(),
      stateCorrupt: corrupt,
      ...reloader.verdict(),
      webFile: access?.verdict(),
      alertPushes: pusher.outcomes(),
      discovery: discovery.verdict(),
    };
  }

  /** A socket is made on the disk of the state, in this very process: only once that disk was seen to answer. */
  async function openControl(): Promise<void> {
    if (await journal.flush(STATE_DEADLINE_MS)) await control.start();
    else
      log.warn(
        {},
        'accept and forget are not available until a restart: the state directory cannot be written',
      );
  }

  async function reload(): Promise<Reloaded> {
    const [watched, webFile] = [await reloader.reload(), await access?.reload()];
    watch.wake();
    if (webFile === undefined) return watched;
    return { ok: watched.ok && webFile.ok, message: `${watched.message}\n${webFile.message}` };
  }

  return {
    async start() {
      if (await control.isTaken())
        throw new Error(
          `another pgvigil runs on ${written.state.directory}: give each one a state.directory of its own`,
        );
      const address = await web.start();
      access?.start();
      const [loaded] = await Promise.all([ledger.load(), journal.load()]);
      corrupt = loaded.corrupt;
      journal.add([{ at: startedAt, kind: 'pgvigil_started', details: { version } }]);
      watch.start(loaded.history);
      watchdog.start();
      discovery.begin();
      observers.apply(discovery.config());
      pusher.apply(written.alertmanager);
      deps.scheduler.apply(written);
      void openControl();
      return address;
    },
    async stop() {
      watch.stop();
      control.stop();
      pusher.stop();
      deps.scheduler.stop();
      access?.stop();
      journal.add([{ at: clock.now(), kind: 'pgvigil_stopped' }]);
      await Promise.all([
        watchdog.stop(),
        web.stop(),
        observers.stop(),
        ledger.flush(FLUSH_DEADLINE_MS),
        journal.flush(FLUSH_DEADLINE_MS),
      ]);
      children.stop();
    },
    reload,
  };
}
