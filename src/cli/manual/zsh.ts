import { inQuotes } from '../shell.ts';
import type { CommandShape, OptionShape } from './shape.ts';
import { flagsOf, namesOf, type Offer, offerOf } from './words.ts';

/** Takes the whole program and gives a completion script for zsh, to be sourced or put into a directory of `fpath`. */
export function zshCompletion(program: CommandShape): string {
  const { name, commands } = program;
  return `#compdef ${name}
_${name}() {
  local context state state_descr line
  typeset -A opt_args
  local -a commands
  commands=(
${commands.map((one) => `    ${inQuotes(`${one.name}:${one.description}`)}`).join('\n')}
  )
  _arguments -C \\
${program.options.map((option) => `    ${argument(option)} \\`).join('\n')}
    '1:command:->command' \\
    '*::argument:->rest'
  case $state in
    command) _describe command commands ;;
    rest)
      case $words[1] in
${commands.map(commandCase).join('\n')}
      esac
      ;;
  esac
}
if [[ $funcstack[1] == _${name} ]]; then _${name} "$@"; else compdef _${name} ${name}; fi
`;
}

function commandCase(command: CommandShape): string {
  const positional = command.arguments.map(({ name, choices }, index) =>
    name === 'command'
      ? `'*::command:_normal'`
      : inQuotes(`${index + 1}:${name}:${choices.length > 0 ? `(${choices.join(' ')})` : ''}`),
  );
  const specs = [...command.options.map(argument), ...positional].map((spec) => `          ${spec}`);
  return `        ${namesOf(command).join('|')})
          _arguments \\
${specs.map((spec) => `  ${spec}`).join(' \\\n')}
          ;;`;
}

function argument(option: OptionShape): string {
  const offer = offerOf(option);
  const description = `[${option.description.replace(/[[\]\\:]/g, '\\$&')}]`;
  const value =
    offer === undefined ? '' : `:${(option.value ?? '').replaceAll(':', '\\:')}:${actionOf(offer)}`;
  const flags = flagsOf(option);
  const first = flags[0] ?? '';
  const name = flags.length > 1 ? `{${flags.join(',')}}` : inQuotes(first);
  const excludes = flags.length > 1 ? inQuotes(`(${flags.join(' ')})`) : '';
  return `${excludes}${name}${inQuotes(`${description}${value}`)}`;
}

function actionOf(offer: Offer): string {
  if (offer === 'file') return '_files';
  if (offer === 'directory') return '_files -/';
  return offer === 'nothing' ? '' : `(${offer.join(' ')})`;
}
