import { IDENTITY_WORDS, PRESENCE_WORDS, STATE_WORDS } from '../colours.ts';
import { DATABASE_IDENTITY, PRESENCE, SERVER_IDENTITY, SERVER_STATE } from '../expressions.ts';
import { timelinePanel } from '../panels/timeline.ts';

/** Timelines that more than one dashboard has. */
interface Where {
  readonly id: number;
  readonly height?: number;
}

/** Whether each database was there. */
export const presenceTimeline = (where: Where) =>
  timelinePanel({
    ...where,
    title: 'Presence of databases',
    description: 'As verified. Unknown is not gone: nobody could look. A gap: pgvigil was not scraped.',
    states: [{ expr: PRESENCE, legend: '{{host}} {{server}} / {{datname}}' }],
    mappings: PRESENCE_WORDS,
  });

/** Whether what has the name is what had it before. */
export const identityTimeline = (where: Where) =>
  timelinePanel({
    ...where,
    title: 'Identity of servers and databases',
    description:
      'A server is known by its system identifier, a database by that and its oid. Another one stays until a person accepts it.',
    states: [
      { expr: SERVER_IDENTITY, legend: '{{host}} {{server}}' },
      { expr: DATABASE_IDENTITY, legend: '{{host}} {{server}} / {{datname}}' },
    ],
    mappings: IDENTITY_WORDS,
  });

/** What a fresh connection met. */
export const serverStateTimeline = (where: Where) =>
  timelinePanel({
    ...where,
    title: 'State of servers',
    description: 'What a fresh connection met. Blind: the server answers and does not let pgvigil in.',
    states: [{ expr: SERVER_STATE, legend: '{{host}} {{server}}' }],
    mappings: STATE_WORDS,
  });
