import { isDeepStrictEqual } from 'node:util';
import { foundServerConfig } from '../config/found-server.ts';
import { readLabels } from '../config/labels.ts';
import type { Config, ServerConfig } from '../model/config.ts';
import type { DiscoveryProblem, DiscoveryVerdict, FoundServer, Origin } from '../model/discovery.ts';
import type { InventoryFacts } from '../model/docker.ts';
import type { History } from '../model/history.ts';
import type { Log } from '../model/log.ts';
import type { Clock } from '../model/time.ts';
import { discover } from '../observe/discovery/discover.ts';
import { ownContainerId } from '../observe/discovery/identity.ts';
import { type Named, takenContainers } from '../observe/discovery/taken.ts';
import type { Views } from '../observe/look.ts';
import { createDiscoveredPasswords } from './passwords.ts';

/** The servers that are watched because their containers were found, beside those that are written down. */
export interface Discovery {
  /** What is watched now. */
  config(): Config;
  /** Takes up what was discovered before; nobody is asked anything until Docker was looked at. */
  begin(): void;
  /** Looks at what Docker tells now; costs nothing while it tells nothing new. `again`: whatever it tells. */
  update(again?: boolean): void;
  /** Reads the files of passwords anew. */
  reload(): void;
  /** A server was found, and the file of its password is not read yet. */
  isBusy(): boolean;
  /** `undefined`: nothing is discovered. */
  verdict(): DiscoveryVerdict | undefined;
}

export interface DiscoveryDeps {
  readonly log: Log;
  readonly clock: Clock;
  /** What is written down. */
  readonly written: () => Config;
  readonly history: () => History;
  readonly views: () => Views;
  /** What is named already, and is not watched twice. */
  readonly named: () => readonly Named[];
  readonly readMountinfo: () => string;
  /** Rejects with an error that has an errno `code`. */
  readonly readSecret: (path: string) => Promise<string>;
  /** Other servers are watched from now on. */
  readonly use: (config: Config) => void;
  /** A remembered server is not a discovered one any more. */
  readonly release: (name: string) => void;
}

const MAX_PROBLEMS = 50;

export function createDiscovery(deps: DiscoveryDeps): Discovery {
  const { log } = deps;
  const passwords = createDiscoveredPasswords({
    readFile: deps.readSecret,
    changed: () => update(true),
    clock: deps.clock,
  });
  let servers: readonly ServerConfig[] = [];
  let whole: { readonly written: Config; readonly config: Config } | undefined;
  let looked: InventoryFacts | 'blind' | undefined;
  let settled = false;
  let waiting = 0;
  let found: DiscoveryVerdict | undefined;

  function config(): Config {
    const written = deps.written();
    if (servers.length === 0) return written;
    if (whole?.written !== written)
      whole = { written, config: { ...written, servers: [...written.servers, ...servers] } };
    return whole.config;
  }

  function put(next: readonly ServerConfig[]): void {
    if (areSame(next, servers)) return;
    tell(servers, next);
    servers = next;
    whole = undefined;
    deps.use(config());
  }

  function tell(before: readonly ServerConfig[], now: readonly ServerConfig[]): void {
    for (const { name, docker, host, port } of now)
      if (!before.some((one) => one.name === name))
        log.info({ server: name, container: docker.container, host, port }, 'a discovered server is watched');
    for (const { name } of before)
      if (!now.some((one) => one.name === name))
        log.info({ server: name }, 'a discovered server is not watched any more');
  }

  function update(again = false): void {
    const written = deps.written();
    if (!written.docker.discover) {
      looked = undefined;
      found = undefined;
      put([]);
      return;
    }
    const inventory = deps.views().docker.inventory?.observation;
    if (inventory === undefined) return;
    const remembered = originsOf(deps.history());
    if (!inventory.seen && looked !== undefined) {
      // What was seen last stays: an engine that is silent has lost nothing.
      put(servers.filter(({ name }) => remembered.has(name)));
      return;
    }
    const facts = inventory.seen ? inventory.facts : undefined;
    if (!again && settled && looked === (facts ?? 'blind')) return;
    looked = facts ?? 'blind';
    look(written, remembered, facts);
  }

  function look(
    written: Config,
    remembered: ReadonlyMap<string, Origin>,
    facts: InventoryFacts | undefined,
  ): void {
    const read = facts?.containers.map((container) => ({ container, ...readLabels(container.labels) }));
    const taken = takenContainers(deps.named(), facts?.containers ?? []);
    settled = taken.settled;
    const {
      servers: seen,
      released,
      problems: wrong,
      leftOut,
    } = discover({
      candidates: read,
      ownId: ownContainerId(deps.readMountinfo()),
      taken,
      names: new Set(written.servers.map(({ name }) => name)),
      remembered,
      credentials: written.docker.discoverCredentials,
      limit: written.limits.servers,
    });
    const problems: DiscoveryProblem[] = [...wrong];
    for (const { container, steering, problems: ofLabels } of read ?? [])
      if (steering.watch !== false)
        problems.push(...ofLabels.map((problem) => ({ container: container.name, ...problem })));
    for (const name of released) deps.release(name);
    waiting = 0;
    put(seen.flatMap((one) => configOf(one, remembered.has(one.name), problems)));
    keepVerdict(problems.map(inWords), leftOut);
  }

  function configOf(
    one: FoundServer,
    isKnown: boolean,
    problems: DiscoveryProblem[],
  ): readonly ServerConfig[] {
    const before = servers.find(({ name }) => name === one.name);
    const asBefore = (): readonly ServerConfig[] => {
      if (before !== undefined) return [before];
      return isKnown ? [foundServerConfig({ ...one, reach: 'awaited' }, undefined)] : [];
    };
    const { passwordFile } = one.origin;
    if (one.reach === 'awaited') return asBefore();
    if (one.reach === 'gone' || passwordFile === undefined) return [foundServerConfig(one, one.password)];
    const file = passwords.of(one, passwordFile);
    if (file.state === 'reading') {
      waiting += 1;
      return asBefore();
    }
    if (file.state === 'read') return [foundServerConfig(one, file.password)];
    const { container } = one.origin;
    problems.push({ container, label: 'pgvigil.password_file', message: file.message });
    return [foundServerConfig(one, undefined)];
  }

  function keepVerdict(lines: readonly string[], leftOut: number): void {
    const left = leftOut === 0 ? [] : [`${leftOut} more containers are not watched: raise limits.servers`];
    const all = [...left, ...new Set(lines)];
    const problems =
      all.length <= MAX_PROBLEMS
        ? all
        : [...all.slice(0, MAX_PROBLEMS), `and ${all.length - MAX_PROBLEMS} more`];
    for (const problem of problems) if (!found?.problems.includes(problem)) log.warn({}, problem);
    found = { problems, leftOut };
  }

  return {
    config,
    begin() {
      if (!deps.written().docker.discover) return;
      const names = new Set(deps.written().servers.map(({ name }) => name));
      servers = [...originsOf(deps.history())]
        .filter(([name]) => !names.has(name))
        .map(([name, origin]) =>
          foundServerConfig({ name, origin, reach: 'awaited', started: '', password: undefined }, undefined),
        );
      whole = undefined;
    },
    update,
    reload() {
      passwords.forget();
      update(true);
    },
    isBusy: () => waiting > 0,
    verdict: () => found,
  };
}

function originsOf(history: History): ReadonlyMap<string, Origin> {
  return new Map(
    [...history.servers].flatMap(([name, { discovered }]) => (discovered ? [[name, discovered]] : [])),
  );
}

/** Secrets compare as equal whatever they hold. */
function areSame(one: readonly ServerConfig[], other: readonly ServerConfig[]): boolean {
  const secrets = (all: readonly ServerConfig[]): readonly (string | undefined)[] =>
    all.map(({ password }) => password?.reveal());
  return isDeepStrictEqual(one, other) && isDeepStrictEqual(secrets(one), secrets(other));
}

function inWords({ container, label, message }: DiscoveryProblem): string {
  return label === ''
    ? `container ${container} ${message}`
    : `container ${container}: label ${label}: ${message}`;
}
