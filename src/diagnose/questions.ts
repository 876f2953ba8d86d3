import type { Answer } from '../model/answer.ts';
import type { History } from '../model/history.ts';
import type { Report } from '../model/report.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Instant } from '../model/time.ts';
import type { PackageUpgrade } from './upgrades.ts';

/** What the answers are read from. */
export interface Investigation {
  readonly report: Report;
  readonly snapshot: Snapshot;
  readonly history: History;
  /** Upgrades of packages that matter, from the package manager's log; `undefined`: no such log can be read. */
  readonly upgrades: readonly PackageUpgrade[] | undefined;
}

type Fact = Answer['facts'][number];
/** What happened longer ago is not asked about. */
const RECENT_MS = 7 * 86_400_000;
/** Below this share of free space a disk is worth a word. */
const LITTLE = 0.05;

/** Answers the five questions from evidence; pure. */
export function answerQuestions(investigation: Investigation): readonly Answer[] {
  return [dockerRestarted, volumeThere, diskSpace, removalLogged, rebootOrUpdate].map((answer) =>
    answer(investigation),
  );
}

function dockerRestarted({ report, snapshot }: Investigation): Answer {
  const { docker } = snapshot;
  const question = 'docker_restarted';
  if (!report.docker.enabled)
    return {
      question,
      answer: 'unknown',
      facts: [{ at: undefined, text: 'Docker is turned off in the config' }],
    };
  if (report.docker.up !== true)
    return {
      question,
      answer: 'unknown',
      facts: [
        { at: undefined, text: `the engine does not answer: ${report.docker.detail ?? 'not looked yet'}` },
      ],
    };
  const restarts = docker.restarts.map((at): Fact => ({ at, text: 'the engine was restarted' }));
  const told = evidence(report, ['daemon_restarted', 'docker_unreachable']);
  const oldest = docker.events[0]?.at;
  const reach: Fact = {
    at: oldest,
    text:
      oldest === undefined ? 'the engine remembers no events' : 'the events of the engine reach back to here',
  };
  const facts = [...restarts, ...told];
  return {
    question,
    answer: facts.length > 0 ? 'yes' : oldest === undefined ? 'unknown' : 'no',
    facts: [...facts, reach],
  };
}

function volumeThere({ report }: Investigation): Answer {
  const expected = report.volumes.filter((volume) => volume.expected);
  const facts = expected.map(({ name, present, mounted, missingSince }): Fact => {
    const where =
      mounted === true
        ? 'mounted where the data is'
        : mounted === false
          ? 'not mounted where the data is'
          : 'mount unknown';
    return {
      at: missingSince,
      text: `volume ${name}: ${present === undefined ? 'unknown' : present ? `there, ${where}` : 'gone'}`,
    };
  });
  const question = 'volume_there';
  if (expected.length === 0)
    return {
      question,
      answer: 'unknown',
      facts: [{ at: undefined, text: 'no volume is known behind a server' }],
    };
  if (expected.some(({ present }) => present === false)) return { question, answer: 'no', facts };
  return {
    question,
    answer: expected.some(({ present }) => present === undefined) ? 'unknown' : 'yes',
    facts,
  };
}

function diskSpace({ report }: Investigation): Answer {
  const facts = report.filesystems.map(
    ({ mountpoint, availBytes, sizeBytes, files, filesFree, reason }): Fact => {
      if (availBytes === undefined || sizeBytes === undefined)
        return { at: undefined, text: `${mountpoint}: cannot be measured (${reason ?? 'not looked yet'})` };
      const inodes =
        files !== undefined && files > 0 && filesFree !== undefined
          ? `, ${percent(filesFree, files)} of inodes free`
          : '';
      return {
        at: undefined,
        text: `${mountpoint}: ${gigabytes(availBytes)} of ${gigabytes(sizeBytes)} free (${percent(availBytes, sizeBytes)})${inodes}`,
      };
    },
  );
  const docker = report.docker.usage.map(
    ({ type, bytes, reclaimableBytes }): Fact => ({
      at: undefined,
      text: `Docker ${type}: ${gigabytes(bytes)}, of which ${gigabytes(reclaimableBytes)} can be freed`,
    }),
  );
  const measured = report.filesystems.filter(({ availBytes }) => availBytes !== undefined);
  const short = measured.some(
    ({ availBytes = 0, sizeBytes = 0, files = 0, filesFree = 0 }) =>
      availBytes < sizeBytes * LITTLE || filesFree < files * LITTLE,
  );
  return {
    question: 'disk_space',
    answer: measured.length === 0 ? 'unknown' : short ? 'no' : 'yes',
    facts: [...facts, ...docker],
  };
}

function removalLogged({ report, snapshot }: Investigation): Answer {
  const removals = snapshot.docker.events
    .filter(
      ({ type, action }) =>
        (type === 'volume' && (action === 'destroy' || action === 'prune')) ||
        (type === 'container' && action === 'destroy'),
    )
    .map(
      ({ at, type, action, id, name }): Fact => ({
        at,
        text: `${type} ${name ?? (id === '' ? '(all unused)' : id.slice(0, 64))}: ${action}`,
      }),
    );
  const told = evidence(report, ['volume_destroyed', 'volumes_pruned', 'drop_session', 'network_removed']);
  const facts = [...told, ...removals.filter(({ text }) => !told.some((fact) => fact.text === text))];
  if (facts.length > 0) return { question: 'removal_logged', answer: 'yes', facts };
  const known = report.docker.up === true && snapshot.docker.events.length > 0;
  return { question: 'removal_logged', answer: known ? 'no' : 'unknown', facts: [] };
}

function rebootOrUpdate({ report, snapshot, upgrades }: Investigation): Answer {
  const question = 'reboot_or_update';
  const bootedAt = report.host.bootedAt;
  const recent = (at: Instant): boolean => snapshot.at - at < RECENT_MS;
  const boot: Fact[] = bootedAt === undefined ? [] : [{ at: bootedAt, text: 'the host was booted' }];
  const updates = (upgrades ?? [])
    .filter(({ at }) => recent(at))
    .map(({ at, name, from, to }): Fact => ({ at, text: `${name} was upgraded from ${from} to ${to}` }));
  const facts = [...boot, ...updates];
  if (updates.length > 0 || (bootedAt !== undefined && recent(bootedAt)))
    return { question, answer: 'yes', facts };
  const known = bootedAt !== undefined && upgrades !== undefined;
  const missing: Fact[] =
    upgrades === undefined ? [{ at: undefined, text: 'no log of a package manager can be read here' }] : [];
  return { question, answer: known ? 'no' : 'unknown', facts: [...facts, ...missing] };
}

/** Evidence of these kinds from the open incidents, as facts. */
function evidence({ incidents }: Report, kinds: readonly string[]): readonly Fact[] {
  return incidents
    .flatMap((incident) => incident.evidence)
    .filter(({ kind }) => kinds.includes(kind))
    .map(({ at, kind, facts }) => ({
      at,
      text: `${kind.replaceAll('_', ' ')}: ${Object.entries(facts)
        .map(([name, value]) => `${name} ${value}`)
        .join(', ')}`,
    }));
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '-' : `${Math.round((part / whole) * 1000) / 10} %`;
}

function gigabytes(count: number): string {
  return `${(count / 1e9).toFixed(1)} GB`;
}
