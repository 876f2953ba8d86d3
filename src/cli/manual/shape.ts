import type { Command, Option } from 'commander';

/** A command as a person can type it: what help, completion and the manual page are made of. */
export interface CommandShape {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly description: string;
  /** What follows the name: `[options] <incident>`. */
  readonly usage: string;
  readonly arguments: readonly ArgumentShape[];
  readonly options: readonly OptionShape[];
  /** What the help says at its end, mostly exit codes; may be empty. */
  readonly notes: string;
  readonly commands: readonly CommandShape[];
}

export interface ArgumentShape {
  readonly name: string;
  readonly description: string;
  readonly choices: readonly string[];
}

export interface OptionShape {
  /** As the help writes it: `--log.level <level>`. */
  readonly flags: string;
  readonly long: string;
  /** `-V`; `undefined` for most. */
  readonly short: string | undefined;
  /** What the value is called; `undefined` where the option takes none. */
  readonly value: string | undefined;
  readonly choices: readonly string[];
  readonly description: string;
}

/** Takes a command of commander, with all that was added to it, and gives its shape. */
export function shapeOf(command: Command): CommandShape {
  const help = command.createHelp();
  return {
    name: command.name(),
    aliases: command.aliases(),
    description: command.description(),
    usage: command.usage(),
    arguments: command.registeredArguments.map((argument) => ({
      name: argument.name(),
      description: argument.description,
      choices: argument.argChoices ?? [],
    })),
    options: help.visibleOptions(command).map(optionShape),
    notes: notesOf(command),
    commands: help
      .visibleCommands(command)
      .filter((one) => one.name() !== 'help')
      .map(shapeOf),
  };
}

/** The option as the help tells it, with its default. */
function optionShape(option: Option): OptionShape {
  const byDefault =
    typeof option.defaultValue === 'string' ? `default: ${JSON.stringify(option.defaultValue)}` : '';
  const told = byDefault === '' ? option.description : `${option.description} (${byDefault})`;
  return {
    flags: option.flags,
    long: option.long ?? '',
    short: option.short,
    value: /[<[]([^>\].]+)/.exec(option.flags)?.[1],
    choices: option.argChoices ?? [],
    description: told.trim(),
  };
}

/** Commander keeps what `addHelpText` was given to itself: it is what the help has more than its own part. */
function notesOf(command: Command): string {
  const before = command.configureOutput();
  let whole = '';
  command.configureOutput({
    writeOut: (text) => {
      whole += text;
    },
  });
  command.outputHelp();
  command.configureOutput(before);
  return whole.slice(command.helpInformation().length).trim();
}
