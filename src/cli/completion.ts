import { Argument, type Command } from 'commander';
import type { Io } from './io.ts';
import { bashCompletion } from './manual/bash.ts';
import { fishCompletion } from './manual/fish.ts';
import { type CommandShape, shapeOf } from './manual/shape.ts';
import { zshCompletion } from './manual/zsh.ts';

const SHELLS = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
} as const satisfies Record<string, (program: CommandShape) => string>;

const HELP = `
bash: source <(pgvigil completion bash)    in ~/.bashrc
zsh:  source <(pgvigil completion zsh)     in ~/.zshrc, after compinit
fish: pgvigil completion fish > ~/.config/fish/completions/pgvigil.fish
Exit codes: 0 printed, 3 wrong usage.`;

export function addCompletion(program: Command, io: Io): void {
  program
    .command('completion')
    .description('print a script that completes commands and options in a shell')
    .addArgument(new Argument('<shell>', 'bash, zsh or fish').choices(Object.keys(SHELLS)))
    .addHelpText('after', HELP)
    .action((shell: keyof typeof SHELLS) => io.out(SHELLS[shell](shapeOf(program))));
}
