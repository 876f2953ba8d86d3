import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { cleanEnvironment, explainEnd, runProgram, startProgram } from '../../src/observe/program.ts';

const node = (script: string): readonly string[] => [process.execPath, '-e', script];
const options = { env: cleanEnvironment(), directory: '/', deadlineMs: 30_000, output: 'keep' } as const;

describe('running a program', () => {
  test('gives what it wrote, and nothing of our environment', async () => {
    process.env['PGVIGIL_TEST_CANARY'] = 'canary';
    const end = await runProgram(node('console.log(JSON.stringify(process.env))'), options);
    delete process.env['PGVIGIL_TEST_CANARY'];
    expect(end).toMatchObject({ ok: true, exitCode: 0, said: '' });
    expect(Object.keys(JSON.parse(end.output) as object).sort()).toEqual(['LC_ALL', 'PATH', 'TZ']);
  });

  test('is only well with exit code 0, whatever it said', async () => {
    const warned = await runProgram(node('console.error("warning: odd")'), options);
    expect(warned).toMatchObject({ ok: true, said: 'warning: odd' });
    const failed = await runProgram(node('console.error("why"); process.exit(3)'), options);
    expect(failed).toMatchObject({ ok: false, exitCode: 3, cut: undefined });
    expect(explainEnd('pg_dump', failed)).toBe('pg_dump ended with exit code 3: why');
  });

  test('is ended at its deadline, with all that it started', async () => {
    const script = `
      const child = require('node:child_process').spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)']);
      console.log(child.pid); setTimeout(() => {}, 60000)`;
    const program = startProgram(node(script), { ...options, deadlineMs: 3_000 });
    const end = await program.ended;
    expect(end).toMatchObject({ ok: false, cut: 'deadline', signal: 'SIGTERM' });
    expect(explainEnd('pg_dump', end)).toContain('at its deadline');
    const grandchild = Number(end.output);
    expect(grandchild).toBeGreaterThan(0);
    await expect.poll(() => isThere(grandchild), { timeout: 10_000 }).toBe(false);
  });

  test('is ended when we are told to end', async () => {
    const stop = new AbortController();
    const { ended } = startProgram(node('setTimeout(() => {}, 60000)'), { ...options, signal: stop.signal });
    stop.abort();
    expect(await ended).toMatchObject({ ok: false, cut: 'aborted' });
    const late = await runProgram(node('setTimeout(() => {}, 60000)'), { ...options, signal: stop.signal });
    expect(late).toMatchObject({ ok: false, cut: 'aborted' });
  });

  test('says that there is none', async () => {
    const end = await runProgram(['/nowhere/pg_dump'], options);
    expect(end).toMatchObject({ ok: false, cut: 'not_started' });
    expect(explainEnd('pg_dump', end)).toContain('cannot be started');
  });

  test('says that it could not be started, where that is known at once', async () => {
    const end = await runProgram([process.execPath, 'x'.repeat(1 << 20)], options);
    expect(end).toMatchObject({ ok: false, cut: 'not_started', said: expect.stringContaining('E2BIG') });
  });

  test('does not wait for ever for one that a kill does not end', async () => {
    const { child, ended } = startProgram(node('setTimeout(() => {}, 60000)'), { ...options, deadlineMs: 1 });
    // What hangs on a disk is like that.
    const kill = vi.spyOn(process, 'kill').mockReturnValue(true);
    onTestFinished(() => {
      kill.mockRestore();
      child?.kill('SIGKILL');
    });
    const end = await ended;
    expect(end).toMatchObject({ ok: false, cut: 'deadline' });
    expect(explainEnd('pg_dump', end)).toContain('it was killed, and is still there');
    expect(kill).toHaveBeenCalledWith(-Number(child?.pid), 'SIGKILL');
  }, 30_000);
});

/** A zombie that nobody has waited for yet counts as gone. */
function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return true;
}
