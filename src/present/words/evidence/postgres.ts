import type { EvidenceKind } from '../../../model/evidence.ts';
import { bytes, type Facts, named, number, sentence, text } from '../facts.ts';
import { reasonWords } from '../reasons.ts';
import { count } from '../text.ts';

/** What PostgreSQL tells, one sentence for each kind. */
export const POSTGRES_EVIDENCE = {
  system_identifier_changed: (facts) =>
    `The system identifier is ${text(facts, 'after') ?? 'another one'}; it was ${text(facts, 'before') ?? 'another one'}: this is another cluster.`,
  initialized: (facts) => {
    const id = text(facts, 'system_identifier');
    return `initdb made the cluster that is there now${id === undefined ? '' : ` (${id})`}.`;
  },
  row_absent: (facts) =>
    `The server lists its databases, and ${text(facts, 'datname') ?? 'this one'} is not among them; it is the same cluster as before.`,
  row_present: (facts) => {
    const oid = number(facts, 'oid');
    return `The server still lists ${named('database', text(facts, 'datname'))}${oid === undefined ? '' : `, oid ${oid}`}.`;
  },
  oid_changed: (facts) =>
    `${sentence(named('database', text(facts, 'datname')))} has oid ${text(facts, 'after') ?? '?'}; it had ${text(facts, 'before') ?? '?'}: it was dropped and made again.`,
  renamed_to: (facts) => {
    const oid = number(facts, 'oid');
    const which = oid === undefined ? '' : ` (oid ${oid})`;
    return `${sentence(named('database', text(facts, 'before')))}${which} is called ${text(facts, 'after') ?? 'otherwise'} now.`;
  },
  drop_session: (facts) => {
    const application = text(facts, 'application');
    const from = text(facts, 'client_address');
    const who = [
      text(facts, 'user') ?? 'an unknown user',
      from === undefined ? 'on the server itself' : `from ${from}`,
      application === undefined ? '' : `with ${application}`,
    ];
    return `A session of ${who.filter((part) => part !== '').join(' ')} had dropped ${named('database', text(facts, 'datname'))} as its last statement.`;
  },
  invalid_database: (facts) =>
    `${sentence(named('database', text(facts, 'datname')))} is marked invalid (datconnlimit ${number(facts, 'connection_limit') ?? -2}): a DROP DATABASE began and did not end.`,
  connection_failed: (facts) => {
    const datname = text(facts, 'datname');
    const subject = datname === undefined ? 'The server' : `Asked for database ${datname}, the server`;
    return `${subject} ${reasonWords(text(facts, 'answer') ?? text(facts, 'reason'))}.`;
  },
  files_missing: (facts) => {
    const datname = text(facts, 'datname');
    const of = datname === undefined ? `the ${text(facts, 'what') ?? 'server'}` : `database ${datname}`;
    return `PostgreSQL cannot find files of ${of}.`;
  },
  tables_before: (facts) => `${sentence(named('database', text(facts, 'datname')))} had ${tablesOf(facts)}.`,
  tables_after: (facts) => `${sentence(named('database', text(facts, 'datname')))} has ${tablesOf(facts)}.`,
  last_seen: (facts) => {
    const size = bytes(facts, 'size_bytes');
    const tables = number(facts, 'tables');
    const what = [size, tables === undefined ? undefined : count(tables, 'table')].filter(
      (part) => part !== undefined,
    );
    const full = what.length === 0 ? '' : ` with ${what.join(' in ')}`;
    return `${sentence(named('database', text(facts, 'datname')))} was last seen${full}.`;
  },
} as const satisfies Partial<Record<EvidenceKind, (facts: Facts) => string>>;

function tablesOf(facts: Facts): string {
  const tables = number(facts, 'tables');
  const filled = number(facts, 'non_empty_tables') ?? number(facts, 'non_empty');
  const all = tables === undefined ? 'an unknown number of tables' : count(tables, 'table');
  return `${all}${filled === undefined ? '' : `, ${filled} of them with rows`}`;
}
