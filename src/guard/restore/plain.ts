import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import {
  cleanEnvironment,
  explainEnd,
  type ProgramEnd,
  type ProgramOptions,
  runProgram,
  startProgram,
} from '../../observe/program.ts';
import { cutShort, databaseArgument } from './archive.ts';
import { failed, inconclusive } from './verdict.ts';

/** pg_dump writes this as its last words; a dump that was cut off has everything but them. */
const TRAILER = '-- PostgreSQL database dump complete';
/** Behind the trailer comes little: a `\unrestrict` line and blank ones. */
const TAIL_CHARACTERS = 4_096;
const HEAD_BYTES = 16_384;

type Running = Pick<ProgramOptions, 'deadlineMs' | 'signal'>;

/** A plain dump, as a foreign tool made it. */
export interface PlainDump {
  readonly path: string;
  readonly compressed: boolean;
}

/**
 * Whether a plain dump is whole: `gzip -t` reads it to the end, and its last words are there. One that was cut off and
 * is given to psql restores what is there, and ends with exit code 0. Throws a `Verdict`.
 */
export async function provePlain(dump: PlainDump, running: Running): Promise<void> {
  const { path, compressed } = dump;
  if (compressed) {
    const options = { ...running, env: cleanEnvironment(), directory: '/' };
    const end = await runProgram(['gzip', '--test', '--', path], options);
    if (!end.ok) throw cutShort(end) ?? failed('archive', explainEnd('gzip -t', end));
  }
  const tail = compressed ? await tailOfGzip(path, running.signal) : await tailOfFile(path);
  if (!tail.includes(TRAILER))
    throw failed(
      'archive',
      `the dump does not end with "${TRAILER}": it was cut off, or is no dump of pg_dump`,
    );
}

/** The beginning of a plain dump; empty where it cannot be unpacked, which the proof tells. */
export async function headOfPlain(path: string, compressed: boolean): Promise<string> {
  const source = createReadStream(path, { end: HEAD_BYTES });
  const text: AsyncIterable<Buffer> = compressed ? source.pipe(createGunzip()) : source;
  let head = '';
  try {
    for await (const chunk of text) {
      head += chunk.toString('latin1');
      if (head.length > HEAD_BYTES) break;
    }
  } catch {
    // A part of a gzip file always ends too early.
  } finally {
    source.destroy();
  }
  return head;
}

/** Why nothing that begins so is given to psql, to come behind the name of the file; `undefined`: it may be. */
export function untriable(head: string): string | undefined {
  if (head.startsWith('PGDMP'))
    return 'is an archive of pg_dump that was compressed once more: unpack it first (gunzip)';
  if (head.includes('-- PostgreSQL database cluster dump'))
    return 'is a dump of a whole server (pg_dumpall), which is not tried: dump each database with pg_dump';
  // psql would leave the database that was made for it.
  if (/^\\c(onnect)?\s/m.test(head))
    return 'connects to a database of its own (pg_dump --create), which is not tried';
  return undefined;
}

async function tailOfFile(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const from = Math.max(0, size - TAIL_CHARACTERS);
    const { bytesRead, buffer } = await file.read(Buffer.alloc(TAIL_CHARACTERS), 0, TAIL_CHARACTERS, from);
    return buffer.subarray(0, bytesRead).toString('latin1');
  } finally {
    await file.close();
  }
}

async function tailOfGzip(path: string, signal: AbortSignal | undefined): Promise<string> {
  let tail = '';
  try {
    await pipeline(
      createReadStream(path),
      createGunzip(),
      async (chunks: AsyncIterable<Buffer>) => {
        for await (const chunk of chunks)
          tail = (tail + chunk.subarray(-TAIL_CHARACTERS).toString('latin1')).slice(-TAIL_CHARACTERS);
      },
      ...(signal === undefined ? [] : [{ signal }]),
    );
  } catch (error) {
    if (signal?.aborted) throw inconclusive('interrupted', 'it was told to end');
    throw failed('archive', `the dump cannot be unpacked: ${(error as Error).message}`);
  }
  return tail;
}

/**
 * Gives a plain dump to psql, as one transaction that the first error ends. Both ends have to be well: what unpacks it,
 * and what takes it.
 */
export async function restorePlain(
  psql: { readonly path: string; readonly options: Pick<ProgramOptions, 'env' | 'deadlineMs' | 'signal'> },
  { dump, datname }: { readonly dump: PlainDump; readonly datname: string },
): Promise<ProgramEnd> {
  const { child, ended } = startProgram(
    [
      psql.path,
      ...['--no-psqlrc', '--quiet', '--no-password', '--single-transaction', '--set=ON_ERROR_STOP=1'],
      ...['--dbname', databaseArgument(datname), '--file=-'],
    ],
    { ...psql.options, directory: '/', input: 'pipe' },
  );
  const stdin = child?.stdin;
  if (stdin == null) return ended; // It was not started.
  const source = createReadStream(dump.path);
  const feeding = (dump.compressed ? pipeline(source, createGunzip(), stdin) : pipeline(source, stdin)).then(
    () => undefined,
    (error: unknown) => error as NodeJS.ErrnoException,
  );
  const [end, problem] = await Promise.all([ended, feeding]);
  // psql that ends early breaks the pipe: its own word says why.
  if (end.ok && problem !== undefined)
    throw failed('archive', `the dump cannot be unpacked: ${problem.message}`);
  return end;
}
