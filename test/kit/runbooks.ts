/** The commands of the runbooks, as a person would type them. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { WORDS } from '../../scripts/runbooks.js';
import { RUNBOOKS } from './rules.ts';

/** One command of a shell, or one block of SQL. */
export interface RunbookCommand {
  /** The name of the alert. */
  readonly runbook: string;
  readonly section: string;
  readonly language: 'sh' | 'sql';
  /** As written, without its indentation. */
  readonly text: string;
}

/** All commands of all runbooks, in their order. */
export const runbookCommands = (): readonly RunbookCommand[] =>
  readdirSync(RUNBOOKS)
    .filter((file) => file.endsWith('.md') && file !== 'README.md')
    .sort()
    .flatMap((file) => commandsOf(basename(file, '.md'), readFileSync(join(RUNBOOKS, file), 'utf8')));

/** The commands of one runbook; a block in another language is an error. */
export function commandsOf(runbook: string, text: string): readonly RunbookCommand[] {
  return text.split(/^## /m).flatMap((part) => {
    const section = part.split('\n')[0] ?? '';
    return [...part.matchAll(/^( *)```(\w*)\n([\s\S]*?)^ *```$/gm)].flatMap(
      ([, indent = '', language, body = '']): RunbookCommand[] => {
        const block = body.replaceAll(new RegExp(`^${indent}`, 'gm'), '').trim();
        if (language === 'yaml') return [];
        if (language === 'sql') return [{ runbook, section, language, text: block }];
        if (language !== 'sh') throw new Error(`${runbook}: a block in ${language || 'no language'}`);
        return shellCommands(block).map((command) => ({ runbook, section, language, text: command }));
      },
    );
  });
}

/** A block of shell as single commands: as many lines each as it takes to close what they open. */
function shellCommands(block: string): readonly string[] {
  const commands: string[] = [];
  let lines: string[] = [];
  for (const line of block.split('\n')) {
    if (lines.length === 0 && /^\s*(#|$)/.test(line)) continue;
    lines.push(line);
    if (!isClosed(lines.join('\n'))) continue;
    commands.push(lines.join('\n'));
    lines = [];
  }
  if (lines.length > 0) throw new Error(`this is no shell:\n${lines.join('\n')}`);
  return commands;
}

/** Whether quotes, loops and conditions are closed and nothing has to follow. */
function isClosed(text: string): boolean {
  const outside = text.replaceAll(/'[^']*'|"(?:[^"\\]|\\.)*"/g, '_');
  const count = (words: RegExp): number => [...outside.matchAll(words)].length;
  const isOpen = count(/\b(do|then|case)\b/g) !== count(/\b(done|fi|esac)\b/g);
  return !/['"]/.test(outside.replaceAll(/\\./g, '')) && !isOpen && !/(\\|\||&&)\s*$/.test(outside);
}

/** What stands for something of the reader's: words in capitals that the index explains. */
export type Words = Readonly<Record<keyof typeof WORDS, string>>;

/** The command with everything filled in; a word that the index does not explain is an error. */
export function filledIn(command: RunbookCommand, words: Readonly<Record<string, string>>): string {
  const unknown = placeholdersOf(command).filter((word) => words[word] === undefined);
  if (unknown.length > 0) throw new Error(`${command.runbook}: nobody explains ${unknown.join(', ')}`);
  return Object.entries(words).reduce(
    (text, [word, value]) => text.replaceAll(new RegExp(`\\b${word}\\b`, 'g'), value),
    command.text,
  );
}

/** Words in capitals that stand where a value has to stand: not those of SQL, which stand in quotes or in a block. */
export function placeholdersOf({ language, text }: RunbookCommand): readonly string[] {
  const known = Object.keys(WORDS).filter((word) => new RegExp(`\\b${word}\\b`).test(text));
  if (language === 'sql') return known;
  // Options of commands are values too: `--filter volume=VOLUME`. Variables of the shell are none.
  const outside = text.replaceAll(/'[^']*'|"(?:[^"\\]|\\.)*"/g, ' ');
  const found = [...outside.matchAll(/(?<![$\w{-])[A-Z][A-Z_]{2,}\b(?!\()/g)].map(([word]) => word);
  return [...new Set([...known, ...found.filter((word) => !OF_PROGRAMS.has(word))])];
}

/** Signals, columns and variables that belong to the programs. */
const OF_PROGRAMS = new Set(
  'HUP KILL TERM NAME SIZE TYPE MOUNTPOINTS TARGET SOURCE FSTYPE OPTIONS POSTGRES_PASSWORD'.split(' '),
);
