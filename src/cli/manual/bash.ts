import { inQuotes } from '../shell.ts';
import type { CommandShape } from './shape.ts';
import { flagsOf, namesOf, offerOf } from './words.ts';

/** Takes the whole program and gives a completion script for bash, 3.2 or later, that needs no library. */
export function bashCompletion(program: CommandShape): string {
  const { name, commands } = program;
  return `# Completion of ${name} for bash: source it, or put it where bash-completion looks.
_${name}() {
  local line=\${COMP_LINE:0:COMP_POINT} command='' rest='' current previous index options=''
  local -a words
  read -ra words <<< "$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  current=\${words[\${#words[@]}-1]}
  previous=\${words[\${#words[@]}-2]}
  for ((index = 1; index < \${#words[@]} - 1; index++)); do
    if [[ \${words[index]} == -- ]]; then rest=yes; break; fi
    [[ -n $command ]] && continue
    case \${words[index]} in
${commands.map((one) => `      ${namesOf(one).join('|')}) command=${one.name} ;;`).join('\n')}
    esac
  done
  COMPREPLY=()
  if [[ -n $rest ]]; then
    local kind=-f
    [[ $previous == -- ]] && kind=-c
    _${name}_paths "$kind"
    return
  fi
  case "$command $previous" in
${[program, ...commands].flatMap((one) => valueCases(name, one)).join('\n')}
  esac
  case $command in
${commands.map((one) => `    ${one.name}) options=${inQuotes(wordsOf(one))} ;;`).join('\n')}
    *) options=${inQuotes([...commands.map((one) => one.name), wordsOf(program)].join(' '))} ;;
  esac
  COMPREPLY=($(compgen -W "$options" -- "$current"))
}
_${name}_paths() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen "$1" -- "$current"))
  compopt -o filenames 2> /dev/null
}
complete -F _${name} ${name}
`;
}

/** What can be typed next: options, and words that an argument may be. */
function wordsOf({ options, arguments: positional }: CommandShape): string {
  return [...positional.flatMap(({ choices }) => choices), ...options.map(({ long }) => long)].join(' ');
}

function valueCases(name: string, command: CommandShape): readonly string[] {
  const within = command.commands.length > 0 ? '' : command.name;
  return command.options.flatMap((option) => {
    const offer = offerOf(option);
    if (offer === undefined) return [];
    const pattern = flagsOf(option)
      .map((flag) => inQuotes(`${within} ${flag}`))
      .join('|');
    if (offer === 'nothing') return [`    ${pattern}) return ;;`];
    if (offer === 'file') return [`    ${pattern}) _${name}_paths -f; return ;;`];
    if (offer === 'directory') return [`    ${pattern}) _${name}_paths -d; return ;;`];
    const words = inQuotes(offer.join(' '));
    return [`    ${pattern}) COMPREPLY=($(compgen -W ${words} -- "$current")); return ;;`];
  });
}
