// A small program around the compiled ledger and journal, as the real one is: it saves a history that grows,
// says every 50 ms how it is, and on SIGTERM flushes and leaves by process.exit. Argument: JSON.
import { createDisposable } from '../../dist/disposable/parent.js';
import { stateFiles } from '../../dist/disposable/state-files.js';
import { createJournal } from '../../dist/remember/journal.js';
import { createLedger } from '../../dist/remember/ledger.js';

const { directory, deadlineMs = 1_000 } = JSON.parse(process.argv[2]);
const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
const clock = { now: Date.now, monotonic: () => performance.now() };
const complain = (_facts, message) => say({ complaint: message });
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const log = { debug: () => {}, info: () => {}, warn: complain, error: complain };
const modulePath = new URL('../../dist/disposable/child.js', import.meta.url).pathname;
const disposable = createDisposable({ modulePath, maxAbandoned: 3, idleExitMs: 5_000, clock, log: silent });
const files = stateFiles(disposable, directory, deadlineMs);
const ledger = createLedger({ files, clock, log });
const journal = createJournal({ files, clock, log, keep: 500 });

const memory = (changes) => ({
  pin: undefined,
  stranger: undefined,
  source: 'learned',
  seenMs: 0,
  firstSeenAt: undefined,
  lastSeenAt: undefined,
  missingSince: undefined,
  unreadableSince: undefined,
  lastSizeBytes: undefined,
  ...changes,
});
const server = (databases) => ({ oomKills: 0, databases });
const namesOf = (history) => [...(history.servers.get('main')?.databases.keys() ?? [])];

const [loaded] = await Promise.all([ledger.load(), journal.load()]);
say({ pid: process.pid, source: loaded.source, corrupt: loaded.corrupt, names: namesOf(loaded.history) });
const databases = new Map(loaded.history.servers.get('main')?.databases);
let count = databases.size;

setInterval(() => {
  count += 1;
  databases.set(`db${count}`, memory({}));
  ledger.save({
    servers: new Map([['main', server(new Map(databases))]]),
    volumes: new Map(),
    incidents: new Map(),
    incidentCounts: new Map(),
    bootedAt: undefined,
    lastEventNano: undefined,
  });
  journal.add([{ at: Date.now(), kind: 'database_appeared', server: 'main', datname: `db${count}` }]);
  say({
    count,
    durable: ledger.durable() && journal.durable(),
    recent: journal.recent(1)[0]?.datname,
    abandoned: disposable.abandoned(),
  });
}, 50);

process.on('SIGTERM', async () => {
  const flushed = await Promise.all([ledger.flush(700), journal.flush(700)]);
  say({ flushed });
  process.exit(0);
});
