import type { Cause } from '../../../model/cause.ts';
import { number, text } from '../facts.ts';
import { symptomSentence } from '../kinds.ts';
import { reasonWords } from '../reasons.ts';
import type { Subject } from '../subject.ts';
import { count, short } from '../text.ts';

/** How it is said that a server is away while its data may well be there, one headline for each cause. */
export const OUTAGE_HEADLINES = {
  disk_full: ({ server, facts, first, when }) => {
    const full = first('disk_full', 'inodes_used_up');
    const on = text(facts('disk_full', 'inodes_used_up'), 'mountpoint');
    const what = full?.kind === 'inodes_used_up' ? 'inodes' : 'space';
    return full === undefined
      ? `Server ${server} says that its disk is full, found at ${when('connection_failed')}`
      : `The filesystem ${on === undefined ? '' : `${on} `}under ${server} has no ${what} left since ${when('disk_full', 'inodes_used_up')}`;
  },
  container_removed: (subject) =>
    subject.incident.confidence === 'observed'
      ? `${containerOf(subject)} was removed at ${whenDid(subject, 'destroy')}`
      : `${containerOf(subject)} is gone, found at ${subject.when('container_absent')}`,
  container_stopped: (subject) => {
    const state = subject.facts('container_state');
    if (state['state'] === 'paused') return `${containerOf(subject)} is paused`;
    const code = number(state, 'exit_code');
    return `${containerOf(subject)} does not run since ${whenDid(subject, 'die')}${code === undefined ? '' : `, exit code ${code}`}`;
  },
  oom_killed: (subject) =>
    `The kernel killed a process of ${lower(containerOf(subject))} for want of memory at ${whenDid(subject, 'oom')}`,
  crash_loop: (subject) => {
    const restarts = number(subject.facts('container_state'), 'restarts') ?? 0;
    const ends = subject.incident.evidence.filter(({ facts }) => facts['action'] === 'die').length;
    const often = Math.max(restarts, ends);
    return `${containerOf(subject)} starts and ends again and again${often === 0 ? '' : `, ${count(often, 'time')} so far`}`;
  },
  host_rebooted: ({ server, when }) =>
    `The host was booted at ${when('host_booted')} and server ${server} did not come back`,
  docker_restarted: ({ server, when, first }) =>
    first('daemon_restarted')
      ? `Docker was restarted at ${when('daemon_restarted')} and server ${server} did not come back`
      : `Docker does not answer since ${when('docker_unreachable')}, and server ${server} is down with it`,
  access_lost: (subject) => blindness(subject),
  network: (subject) => blindness(subject),
  unknown: ({ incident, when }) => `${symptomSentence(incident)}, noticed at ${when()}; why is not known`,
} as const satisfies Partial<Record<Cause, (subject: Subject) => string>>;

function blindness({ server, facts }: Subject): string {
  const failed = facts('connection_failed');
  const reason = reasonWords(text(failed, 'answer') ?? text(failed, 'reason'));
  return `pgvigil cannot look at ${server}: it ${reason}; nothing is known to be lost`;
}

const containerOf = ({ container, server }: Subject): string =>
  `Container ${container === undefined ? '' : `${short(container)} `}of ${server}`;
const lower = (words: string): string => words.replace(/^C/, 'c');

/** When the container had this event; else when its state was read, or the incident was noticed. */
function whenDid({ incident, when, time }: Subject, action: string): string {
  const event = incident.evidence.find(
    ({ kind, facts }) => kind === 'container_event' && facts['action'] === action,
  );
  return event?.at === undefined ? when('container_state') : time(event.at);
}
