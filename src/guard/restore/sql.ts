import { ConnectFailure, explainFailure } from '../../observe/postgres/failure.ts';
import type { Session } from '../../observe/postgres/session.ts';
import { failed, inconclusive } from './verdict.ts';

/**
 * Asks what the user wants to know of the restored data. Each statement has to give one row with one `true`; each is on
 * its own, and read-only. Throws a `Verdict`.
 */
export async function askSql(
  session: Session,
  statements: readonly string[],
  deadlineMs: number,
): Promise<void> {
  for (const text of statements) {
    const rows = await ask(session, text, deadlineMs);
    const [row = []] = rows;
    if (rows.length !== 1 || row.length !== 1 || row[0] !== 't')
      throw failed('sql', `${shown(text)} gives ${answerText(rows)}, not true`);
  }
}

async function ask(
  session: Session,
  text: string,
  deadlineMs: number,
): Promise<readonly (readonly (string | null)[])[]> {
  try {
    await session.query({ text: 'BEGIN READ ONLY' });
    await session.query({
      text: 'SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0',
    });
    return (await session.query({ text }, deadlineMs)).at(-1) ?? [];
  } catch (error) {
    const { reason, detail } = explainFailure(error);
    if (session.broken() !== undefined)
      throw inconclusive(reason === 'query_timeout' ? 'deadline' : 'scratch', `${shown(text)}: ${detail}`);
    throw failed('sql', `${shown(text)}: ${whyRefused(error) ?? detail}`);
  } finally {
    if (session.broken() === undefined) await session.query({ text: 'ROLLBACK' });
  }
}

/** What is wrong with a question, by its SQLSTATE (PostgreSQL docs, appendix A): the words of a server are never shown. */
const REFUSED: Readonly<Record<string, string>> = {
  '42P01': 'there is no such table',
  '42703': 'there is no such column',
  '42883': 'there is no such function or operator',
  '42601': 'it is no valid SQL',
  '42501': 'the role may not do that',
  '25006': 'it writes, and may only read',
};

function whyRefused(error: unknown): string | undefined {
  const code = error instanceof ConnectFailure ? error.sqlstate : undefined;
  return code && `${REFUSED[code] ?? 'the server cannot answer it'} (SQLSTATE ${code})`;
}

const shown = (text: string): string => {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
};

function answerText(rows: readonly (readonly (string | null)[])[]): string {
  const [row] = rows;
  if (rows.length !== 1 || row === undefined) return `${rows.length} rows`;
  return row.length === 1 ? (row[0] ?? 'null') : `${row.length} columns`;
}
