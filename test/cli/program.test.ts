import { Command } from 'commander';
import { expect, test } from 'vitest';
import type { Io } from '../../src/cli/io.ts';
import { COMMANDS } from '../../src/cli/program.ts';

const NOBODY = {} as Io;

/** The names that a command answers to. */
async function namesOf(load: (typeof COMMANDS)[string]): Promise<readonly string[]> {
  const program = new Command();
  (await load())(program, NOBODY);
  return program.commands.flatMap((command) => [command.name(), ...command.aliases()]);
}

test.each(Object.entries(COMMANDS))('%s is what is read for its name', async (name, load) => {
  expect(await namesOf(load)).toContain(name);
});

test('every name that a command answers to is known', async () => {
  const names = await Promise.all(Object.values(COMMANDS).map(namesOf));
  expect([...new Set(names.flat())].sort()).toEqual(Object.keys(COMMANDS).sort());
});
