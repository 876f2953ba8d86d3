import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { manPage } from '../../../src/cli/manual/man-page.ts';
import { shapeOf } from '../../../src/cli/manual/shape.ts';
import { expectGolden } from '../../kit/golden.ts';
import { describedProgram } from './program.ts';

const program = await describedProgram();
const shape = shapeOf(program);

describe('the help', () => {
  test('of every command is the committed one', () => {
    const pages = [program, ...program.commands].map((command) => {
      let page = '';
      command.configureOutput({
        writeOut: (text) => {
          page += text;
        },
      });
      command.outputHelp();
      return page.trimEnd();
    });
    expectGolden(`${pages.join(`\n\n${'─'.repeat(80)}\n`)}\n`, 'test/golden/help.txt');
  });

  test('leaves no command, option or argument without a word about it', () => {
    const silent = shape.commands.flatMap((command) => [
      ...(command.description === '' ? [command.name] : []),
      ...[...command.options, ...command.arguments]
        .filter(({ description }) => description === '')
        .map((part) => `${command.name} ${'flags' in part ? part.flags : part.name}`),
    ]);
    expect(silent).toEqual([]);
  });

  test('names the exit codes of every command', () => {
    const without = shape.commands.filter(({ notes }) => !/Exit codes: 0 /.test(notes));
    expect(without.map(({ name }) => name)).toEqual([]);
    expect(shape.commands.length).toBeGreaterThan(10);
  });
});

describe('the manual page', () => {
  test('is the committed one', () => {
    expect(
      readFileSync('man/pgvigil.1', 'utf8'),
      'run `npm run build && npm run generate`, and commit man/pgvigil.1',
    ).toBe(manPage(shape));
  });

  test('takes words that roff would read as its own', () => {
    const page = manPage({ ...shape, description: ".so a\\b -- 'c", commands: [] });
    expect(page).toContain('\n\\&.so a\\eb \\-\\- ');
  });
});
