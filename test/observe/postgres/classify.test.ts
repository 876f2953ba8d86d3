import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CONNECT_REASONS, type ConnectReason } from '../../../src/model/reason.ts';
import {
  type ClassifyContext,
  classify,
  NO_PASSWORD,
  UNREADABLE,
} from '../../../src/observe/postgres/classify.ts';

const CONTEXT: ClassifyContext = {
  phase: 'startup',
  answer: 'postgres',
  timedOut: false,
  ended: false,
  tlsRefused: false,
  notice: undefined,
  withheld: false,
};
/** An ErrorResponse as the library makes it; the message is in no language we know. */
const fatal = (code: string, routine = '', detail?: string): unknown =>
  Object.assign(new Error('ошибка 数据库'), { name: 'error', severity: 'ВАЖНО', code, routine, detail });
const node = (code: string, more: object = {}): unknown => Object.assign(new Error(code), { code, ...more });
const row = (allowsConnections: boolean, connectionLimit: number) => ({ allowsConnections, connectionLimit });
const closed = node('ECONNRESET');

const TABLE: readonly (readonly [string, unknown, Partial<ClassifyContext>, ConnectReason])[] = [
  ['dropped or never there', fatal('3D000', 'InitPostgres'), {}, 'no_database'],
  [
    'dropped while we waited',
    fatal('3D000', 'InitPostgres', 'It seems to have just been dropped or renamed.'),
    {},
    'no_database',
  ],
  [
    'directory removed',
    fatal('3D000', 'InitPostgres', 'The database subdirectory "base/16390" is missing.'),
    {},
    'files_missing',
  ],
  [
    'directory removed, in German',
    fatal('3D000', 'InitPostgres', 'Das Datenbankunterverzeichnis »base/16390« fehlt.'),
    {},
    'files_missing',
  ],
  [
    'directory of a tablespace removed',
    fatal(
      '3D000',
      'InitPostgres',
      'The database subdirectory "pg_tblspc/16400/PG_15_202209061/16390" is missing.',
    ),
    {},
    'files_missing',
  ],
  ['PG_VERSION removed', fatal('22023', 'ValidatePgVersion'), {}, 'corrupt'],
  ['a parameter that is not known', fatal('22023', 'set_config_option'), {}, 'other'],
  ['interrupted drop, by row', fatal('55000', 'InitPostgres'), { row: row(true, -2) }, 'invalid_database'],
  ['interrupted drop, no row known', fatal('55000', 'InitPostgres'), {}, 'invalid_database'],
  [
    'no connections, by row',
    fatal('55000', 'CheckMyDatabase'),
    { row: row(false, -1) },
    'connections_disallowed',
  ],
  ['no connections, no row known', fatal('55000', 'CheckMyDatabase'), {}, 'connections_disallowed'],
  ['not in the state for it, otherwise', fatal('55000', 'Whatever'), { row: row(true, -1) }, 'other'],
  ['CONNECT revoked', fatal('42501', 'CheckMyDatabase'), {}, 'permission_denied'],
  ['wrong password', fatal('28P01', 'auth_failed'), {}, 'auth_failed'],
  ['role missing', fatal('28000', 'InitializeSessionUserId'), {}, 'access_denied'],
  ['no line of pg_hba.conf', fatal('28000', 'ClientAuthentication'), {}, 'access_denied'],
  ['no password configured', node(NO_PASSWORD), {}, 'no_password'],
  ['no slot left', fatal('53300', 'InitPostgres'), {}, 'saturated'],
  ['no slot left for the role', fatal('53300', 'InitializeSessionUserId'), {}, 'saturated'],
  ['starting', fatal('57P03', 'ProcessStartupPacket'), {}, 'starting'],
  ['stopping', fatal('57P03', 'ProcessStartupPacket'), { stopping: true }, 'stopping'],
  ['starting, PostgreSQL 18', fatal('57P03', 'BackendInitialize'), { stopping: false }, 'starting'],
  ['terminated', fatal('57P01', 'ProcessInterrupts'), { phase: 'querying' }, 'terminated'],
  ['dropped on the primary', fatal('57P04', 'ProcessInterrupts'), { phase: 'querying' }, 'terminated'],
  ['idle for too long', fatal('57P05', 'ProcessInterrupts'), { phase: 'querying' }, 'terminated'],
  ['our backend killed', closed, { phase: 'querying' }, 'reset'],
  ['another backend crashed', closed, { phase: 'querying', notice: '57P02' }, 'terminated'],
  ['a notice that means nothing', closed, { phase: 'querying', notice: '01000' }, 'reset'],
  ['cluster files removed', fatal('58P01', 'read_relmap_file'), {}, 'files_missing'],
  ['heap file removed', fatal('58P01', 'mdopenfork'), { phase: 'querying' }, 'files_missing'],
  ['bad checksum', fatal('XX001', 'ReadBuffer_common'), { phase: 'querying' }, 'corrupt'],
  ['bad index', fatal('XX002', '_bt_checkpage'), { phase: 'querying' }, 'corrupt'],
  ['disk full', fatal('53100', 'mdextend'), { phase: 'querying' }, 'disk_full'],
  ['statement timeout', fatal('57014', 'ProcessInterrupts'), { phase: 'querying' }, 'query_timeout'],
  ['lock timeout', fatal('55P03', 'ProcessInterrupts'), { phase: 'querying' }, 'query_timeout'],
  ['some other error', fatal('XX000', 'elog_finish'), {}, 'other'],
  ['port closed', node('ECONNREFUSED'), { phase: 'connecting', answer: 'none' }, 'refused'],
  ['socket file missing', node('ENOENT'), { phase: 'connecting', answer: 'none' }, 'refused'],
  ['socket may not be used', node('EACCES'), { phase: 'connecting', answer: 'none' }, 'other'],
  [
    'silent drop, our deadline',
    new Error(),
    { phase: 'connecting', answer: 'none', timedOut: true },
    'timeout',
  ],
  ['silent drop, the kernel', node('ETIMEDOUT'), { phase: 'connecting', answer: 'none' }, 'unreachable'],
  ['no route to host', node('EHOSTUNREACH'), { phase: 'connecting', answer: 'none' }, 'unreachable'],
  ['no route to network', node('ENETUNREACH'), { phase: 'connecting', answer: 'none' }, 'unreachable'],
  ['name gone', node('ENOTFOUND'), { phase: 'resolving', answer: 'none' }, 'dns'],
  ['resolver dead', node('EAI_AGAIN'), { phase: 'resolving', answer: 'none' }, 'dns'],
  ['resolver silent', new Error(), { phase: 'resolving', answer: 'none', timedOut: true }, 'dns'],
  ['reset', closed, { answer: 'none' }, 'reset'],
  ['broken pipe', node('EPIPE'), {}, 'reset'],
  ['aborted', node('ECONNABORTED'), {}, 'reset'],
  ['self-signed', node('DEPTH_ZERO_SELF_SIGNED_CERT'), { phase: 'tls', answer: 'none' }, 'tls'],
  ['wrong name', node('ERR_TLS_CERT_ALTNAME_INVALID'), { phase: 'tls', answer: 'none' }, 'tls'],
  ['expired', node('CERT_HAS_EXPIRED'), { phase: 'tls', answer: 'none' }, 'tls'],
  ['unknown authority', node('UNABLE_TO_VERIFY_LEAF_SIGNATURE'), { phase: 'tls', answer: 'none' }, 'tls'],
  [
    'no common protocol',
    node('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION'),
    { phase: 'tls', answer: 'none' },
    'tls',
  ],
  ['server without TLS', new Error(), { tlsRefused: true, answer: 'none' }, 'tls'],
  ['accepts, then silent', new Error(), { answer: 'none', timedOut: true }, 'hung'],
  ['silent after authentication', new Error(), { timedOut: true }, 'hung'],
  ['silent in the TLS handshake', new Error(), { phase: 'tls', answer: 'none', timedOut: true }, 'hung'],
  ['silent in a query', new Error(), { phase: 'querying', timedOut: true }, 'query_timeout'],
  ['earlier handshakes unanswered', undefined, { answer: 'none', withheld: true }, 'hung'],
  ['HTTP', new Error(), { answer: 'foreign' }, 'protocol'],
  ['garbage, then closed', closed, { answer: 'foreign' }, 'protocol'],
  ['a message of the protocol that no server sends', fatal('', ''), {}, 'protocol'],
  ['closed without a word', new Error(), { answer: 'none', ended: true }, 'reset'],
  ['bytes that cannot be parsed', node(UNREADABLE), {}, 'protocol'],
  ['nothing known', 'what', {}, 'other'],
  [
    'happy eyeballs',
    { errors: [node('ENETUNREACH'), node('ECONNREFUSED')] },
    { phase: 'connecting' },
    'refused',
  ],
  ['happy eyeballs, all unreachable', { code: 'ETIMEDOUT', errors: [node('ETIMEDOUT')] }, {}, 'unreachable'],
];

describe('classify', () => {
  test.each(TABLE)('%s', (_, error, context, reason) => {
    const classified = classify(error, { ...CONTEXT, ...context });
    expect(classified.reason).toBe(reason);
    expect(classified.detail).toMatch(/^[a-z].{10,}/);
  });

  test('every reason is reached by some row of the table', () => {
    const reached = new Set(TABLE.map((row) => row[3]));
    expect(CONNECT_REASONS.filter((reason) => !reached.has(reason))).toEqual([]);
  });

  test('the detail names codes, addresses and the missing directory', () => {
    const detail = (error: unknown) => classify(error, CONTEXT).detail;
    expect(detail(fatal('3D000', 'InitPostgres', 'The database subdirectory "base/16390" is missing.'))).toBe(
      'files of the data directory are missing (SQLSTATE 3D000, InitPostgres, base/16390)',
    );
    const refused = [
      node('ECONNREFUSED', { address: '::1', port: 5432 }),
      node('ECONNREFUSED', { address: '127.0.0.1', port: 5432 }),
    ];
    expect(detail(Object.assign(new AggregateError(refused), { code: 'ECONNREFUSED' }))).toBe(
      'nothing listens at this address (ECONNREFUSED, ::1:5432, 127.0.0.1:5432)',
    );
  });

  test('nothing that a server or a library writes gets into the detail', () => {
    const canary = 'C4n4ry postgres://u:C4n4ry@h/d';
    const everywhere = {
      name: 'error',
      severity: canary,
      code: '28P01',
      routine: canary,
      detail: `base/1 ${canary}`,
      message: canary,
      hint: canary,
      where: canary,
      address: canary,
      hostname: canary,
      host: canary,
      stack: canary,
      cause: canary,
    };
    for (const reasonable of TABLE.map((row) => row[2])) {
      const context = { ...CONTEXT, ...reasonable };
      for (const error of [
        everywhere,
        { ...everywhere, name: 'Error', code: canary },
        canary,
        new Error(canary),
      ])
        expect(JSON.stringify(classify(error, context))).not.toContain('C4n4ry');
    }
  });

  test('never throws, and always answers with a known reason and one line', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), fc.anything(), (error, code, detail) => {
        for (const shape of [
          error,
          { name: 'error', severity: 1, code, detail },
          { code, errors: [error, { errors: [code] }] },
        ]) {
          const classified = classify(shape, CONTEXT);
          expect(CONNECT_REASONS).toContain(classified.reason);
          expect(classified.detail).toMatch(/^[^\n]+$/);
        }
      }),
    );
  });
});
