import type { CommandShape, OptionShape } from './shape.ts';
import { namesOf, type Offer, offerOf } from './words.ts';

/** Takes the whole program and gives a completion script for fish. */
export function fishCompletion(program: CommandShape): string {
  const { name, commands } = program;
  const complete = (...words: readonly string[]): string =>
    ['complete', '-c', name, ...words.filter((word) => word !== '')].join(' ');
  const ofOption = (condition: string, option: OptionShape): string =>
    complete(condition, ...typed(option), `-d ${quoted(option.description)}`);
  const within = (command: CommandShape): string =>
    `-n ${quoted(`__fish_seen_subcommand_from ${namesOf(command).join(' ')}`)}`;
  const lines = [
    `# Completion of ${name} for fish.`,
    complete('-f'),
    ...program.options.map((option) => ofOption('-n __fish_use_subcommand', option)),
    ...commands.flatMap((command) => [
      complete('-n __fish_use_subcommand', `-a ${command.name}`, `-d ${quoted(command.description)}`),
      ...command.options.map((option) => ofOption(within(command), option)),
      ...command.arguments
        .filter(({ choices }) => choices.length > 0)
        .map(({ choices }) => complete(within(command), `-a ${quoted(choices.join(' '))}`)),
    ]),
  ];
  return `${lines.join('\n')}\n`;
}

function typed(option: OptionShape): readonly string[] {
  const offer = offerOf(option);
  const short = option.short === undefined ? '' : `-s ${option.short.slice(1)}`;
  return [`-l ${option.long.slice(2)}`, short, offer === undefined ? '' : takes(offer)];
}

function takes(offer: Offer): string {
  if (offer === 'file' || offer === 'directory') return '-r -F';
  return offer === 'nothing' ? '-x' : `-x -a ${quoted(offer.join(' '))}`;
}

/** Between single quotes of fish. */
function quoted(text: string): string {
  return `'${text.replace(/['\\]/g, '\\$&')}'`;
}
