import type { Incident, Symptom } from '../../../model/incident.ts';
import type { DatabaseVerdict, Report, ServerVerdict } from '../../../model/report.ts';
import { symptomSentence } from '../../words/kinds.ts';
import { count, formatBytes } from '../../words/text.ts';
import { backupConcerns } from './backup-words.ts';
import { formatAge } from './format.ts';
import { incidentAnchor, inOrder, levelOf } from './incident-order.ts';
import { type Level, PRESENCE_WORDS, SERVER_WORDS } from './words.ts';

/** Something a person should know, in one line. */
export interface Concern {
  readonly level: Exclude<Level, 'well' | 'quiet'>;
  readonly text: string;
  /** Where the page says more: the id of an element. */
  readonly anchor?: string;
}

/** A report older than this is not news any more: the heartbeat makes one every second. */
export const STALE_AFTER_MS = 10_000;
/** From here on a person should look; the alert rules decide on their own. */
const LITTLE_SPACE = 0.05;

/** Whether a filesystem of this size has so little left that a person should look. */
export const isScarce = (availBytes: number, sizeBytes: number): boolean =>
  availBytes < sizeBytes * LITTLE_SPACE;

/** Everything in a report that is not well, worst first; empty only where all is known to be well. */
export function concernsOf(report: Report, ageMs: number): readonly Concern[] {
  const concerns = [
    ...ownConcerns(report, ageMs),
    ...inOrder(report.incidents).map((incident) => ({
      level: levelOf(incident),
      text: symptomSentence(incident),
      anchor: incidentAnchor(incident),
    })),
    ...report.servers.flatMap((server) => serverConcerns(server, report)),
    ...storageConcerns(report),
    ...backupConcerns(report, report.at).map(
      (text) => ({ level: 'unsure', text, anchor: 'backups' }) as const,
    ),
  ];
  return [
    ...concerns.filter((concern) => concern.level === 'wrong'),
    ...concerns.filter((concern) => concern.level === 'unsure'),
  ];
}

function ownConcerns({ self, dropped }: Report, ageMs: number): Concern[] {
  const concerns: (string | false)[] = [
    ageMs > STALE_AFTER_MS && `pgvigil last looked ${formatAge(ageMs)}: what stands here may be over`,
    !self.stateDurable && 'pgvigil cannot write its memory to the disk',
    self.stateCorrupt && 'The memory of pgvigil was damaged and has been put aside',
    !self.configReloadSuccessful && 'The config file has a mistake; the last good one is in force',
    self.discovery !== undefined &&
      self.discovery.problems.length > 0 &&
      `${count(self.discovery.problems.length, 'problem')} with what is discovered`,
    ...Object.entries(dropped).map(
      ([kind, number]) => number > 0 && `${count(number, kind)} left out because of a limit`,
    ),
  ];
  return concerns.filter((text) => text !== false).map((text) => ({ level: 'unsure', text }));
}

function serverConcerns(server: ServerVerdict, { incidents }: Report): Concern[] {
  const { name, state } = server;
  const told = symptomsIn(incidents).filter((symptom) => symptom.server === name);
  const concerns: Concern[] = [];
  if (state === undefined) {
    concerns.push({ level: 'unsure', text: `pgvigil has not looked at ${name} yet` });
  } else if (state !== 'up' && !told.some(({ kind }) => kind === 'server_down' || kind === 'blind')) {
    const { level, word } = SERVER_WORDS[state];
    concerns.push({ level: level === 'wrong' ? 'wrong' : 'unsure', text: `Server ${name}: ${word}` });
  }
  if (server.identityMatch === false && !told.some(({ kind }) => kind === 'server_replaced')) {
    concerns.push({ level: 'wrong', text: `Server ${name} is not the cluster it was` });
  }
  for (const database of server.databases) {
    // Where the server is not up, that much is said already: its databases are unknown as a matter of course.
    if (database.presence === 'unknown' && state !== 'up') continue;
    if (told.some(({ datname }) => datname === database.datname)) continue;
    const concern = databaseConcern(database, name);
    if (concern !== undefined) concerns.push(concern);
  }
  return concerns;
}

/** What open incidents stand for: what they are called after, and what they silence. */
const symptomsIn = (incidents: readonly Incident[]): readonly Symptom[] =>
  incidents.flatMap((incident) => [incident, ...incident.symptoms]);

function databaseConcern(
  { datname, expected, presence, identityMatch }: DatabaseVerdict,
  server: string,
): Concern | undefined {
  if (expected === undefined) return undefined;
  if (identityMatch === false) {
    return { level: 'wrong', text: `Database ${datname} of ${server} is not the one it was` };
  }
  const { level, word } = PRESENCE_WORDS[presence];
  if (level === 'well') return undefined;
  return { level: level === 'wrong' ? 'wrong' : 'unsure', text: `Database ${datname} of ${server}: ${word}` };
}

function storageConcerns({ docker, volumes, filesystems, incidents }: Report): Concern[] {
  const concerns: Concern[] = [];
  const told = symptomsIn(incidents);
  // A machine without Docker is no reason to doubt: only where data lay in a volume it matters.
  const matters = docker.reason !== 'absent' || volumes.length > 0;
  if (docker.up === false && matters) concerns.push({ level: 'unsure', text: 'Docker could not be asked' });
  for (const { name, expected, present, mounted } of volumes) {
    if (!expected || told.some(({ volume }) => volume === name)) continue;
    if (present === false) concerns.push({ level: 'wrong', text: `Volume ${name} is missing` });
    else if (mounted === false)
      concerns.push({ level: 'wrong', text: `Volume ${name} does not hold the data of its server` });
  }
  for (const { mountpoint, up, readonly, servers, sizeBytes, availBytes } of filesystems) {
    if (up === false) concerns.push({ level: 'unsure', text: `Filesystem ${mountpoint} does not answer` });
    if (readonly && servers.length > 0) {
      concerns.push({ level: 'wrong', text: `Filesystem ${mountpoint} holds data and is read-only` });
    }
    if (sizeBytes !== undefined && availBytes !== undefined && isScarce(availBytes, sizeBytes)) {
      concerns.push({
        level: 'unsure',
        text: `Filesystem ${mountpoint} has ${formatBytes(availBytes)} left`,
      });
    }
  }
  return concerns;
}
