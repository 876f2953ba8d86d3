import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { SERVER_STATES, type ServerState } from '../../src/model/verified.ts';
import { MOUNTED, UNKNOWN, UNREADABLE } from './expressions.ts';
import type { Limit } from './limits.ts';

/** What a value says, in words and a colour. Never by colour alone. */
export interface Said {
  readonly text: string;
  readonly color: string;
}

export const GOOD = 'green';
export const WARNING = 'orange';
export const BAD = 'red';
export const NEUTRAL = 'blue';
/** Nobody knows: neither good nor bad. */
export const GREY = '#8e8e8e';

/** Words for single values. */
export function words(said: Readonly<Record<number, Said>>): dashboard.ValueMapping[] {
  const options = Object.entries(said).map(
    ([value, result], index) => [value, { ...result, index }] as const,
  );
  return [{ type: dashboard.MappingType.ValueToText, options: Object.fromEntries(options) }];
}

const unknown: Said = { text: 'unknown', color: GREY };

export const PRESENCE_WORDS = words({
  1: { text: 'there', color: GOOD },
  0: { text: 'gone', color: BAD },
  [UNREADABLE]: { text: 'unreadable', color: BAD },
  [UNKNOWN]: unknown,
});
export const IDENTITY_WORDS = words({
  1: { text: 'the same', color: GOOD },
  0: { text: 'another one', color: BAD },
  [UNKNOWN]: unknown,
});
export const MOUNTED_WORDS = words({
  1: { text: 'mounted', color: GOOD },
  0: { text: 'not mounted', color: BAD },
});
/** Presence and mount of volumes in one panel. */
export const VOLUME_WORDS = words({
  1: { text: 'there', color: GOOD },
  0: { text: 'gone', color: BAD },
  [UNKNOWN]: unknown,
  [MOUNTED + 1]: { text: 'mounted', color: GOOD },
  [MOUNTED]: { text: 'not mounted', color: BAD },
});
export const RUNNING_WORDS = words({
  1: { text: 'running', color: GOOD },
  0: { text: 'stopped', color: BAD },
});
export const WORKS_WORDS = words({
  1: { text: 'works', color: GOOD },
  0: { text: 'fails', color: BAD },
});
export const RISK_WORDS = words({
  1: { text: 'at risk', color: WARNING },
  0: { text: 'no', color: GOOD },
});
export const SUCCESS_WORDS = words({
  1: { text: 'worked', color: GOOD },
  0: { text: 'failed', color: BAD },
});
export const TEST_WORDS = words({
  1: { text: 'passed', color: GOOD },
  0: { text: 'inconclusive', color: WARNING },
  [-1]: { text: 'failed', color: BAD },
});
export const RUNS_WORDS = words({
  1: { text: 'runs', color: NEUTRAL },
  0: { text: 'no', color: GREY },
});
export const HELD_WORDS = words({ 1: { text: 'held', color: WARNING } });
export const ON_MOUNT_WORDS = words({
  1: { text: 'own mount', color: GOOD },
  0: { text: 'root filesystem', color: WARNING },
});
export const DURABLE_WORDS = words({
  1: { text: 'on disk', color: GOOD },
  0: { text: 'memory only', color: BAD },
});
export const CORRUPT_WORDS = words({
  1: { text: 'was damaged', color: BAD },
  0: { text: 'sound', color: GOOD },
});
export const RELOAD_WORDS = words({
  1: { text: 'in force', color: GOOD },
  0: { text: 'bad file', color: BAD },
});
export const READONLY_WORDS = words({
  1: { text: 'read-only', color: BAD },
  0: { text: 'no', color: GOOD },
});

const STATE_COLOURS = {
  up: GOOD,
  starting: WARNING,
  stopping: WARNING,
  saturated: WARNING,
  hung: BAD,
  down: BAD,
  unreachable: BAD,
  blind: GREY,
} as const satisfies Record<ServerState, string>;

/** The states of a server by their number in SERVER_STATE. */
export const STATE_WORDS = words(
  Object.fromEntries(SERVER_STATES.map((text, index) => [index + 1, { text, color: STATE_COLOURS[text] }])),
);

/** Steps of colour from a value on; `null` is the lowest. */
export type Steps = readonly (readonly [from: number | null, color: string])[];

/** Anything above 0 is bad. */
export const NONE_WANTED: Steps = [
  [null, GOOD],
  [1, BAD],
];
/** Anything above 0 wants a look. */
export const NONE_LIKED: Steps = [
  [null, GOOD],
  [1, WARNING],
];
/** In seconds. A report is made every second, and PgVigilReportStale begins to wait after three minutes. */
export const AGE_OF_REPORT: Steps = [
  [null, GOOD],
  [30, WARNING],
  [180, BAD],
];
/** No judgement. */
export const PLAIN: Steps = [[null, NEUTRAL]];

/** Less is worse. */
export const below = ({ warning, critical }: Required<Limit>): Steps => [
  [null, BAD],
  [critical, WARNING],
  [warning, GOOD],
];
/** More is worse. */
export const above = ({ warning, critical }: Limit): Steps => [
  [null, GOOD],
  [warning, WARNING],
  ...(critical === undefined ? [] : [[critical, BAD] as const]),
];

/** Steps as the SDK takes them. */
export function thresholds(steps: Steps): dashboard.ThresholdsConfigBuilder {
  return new dashboard.ThresholdsConfigBuilder()
    .mode(dashboard.ThresholdsMode.Absolute)
    .steps(steps.map(([value, color]) => ({ value, color })));
}
