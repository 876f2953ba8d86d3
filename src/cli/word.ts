import type { Command } from 'commander';
import { askControl, type ControlRequest, currentUser } from '../control.ts';
import { requireConfig } from './config.ts';
import { CommandError, EXIT, type Io } from './io.ts';

const EXIT_CODES = '\nExit codes: 0 done, 1 refused or not running, 2 problems in the config, 3 wrong usage.';

export function addAccept(program: Command, io: Io): void {
  program
    .command('accept')
    .description('say that what an incident reports was intended: the new state becomes the expected one')
    .argument('<incident>', 'id of an open incident, from `pgvigil status`')
    .requiredOption('--reason <text>', 'why; it is written to the journal')
    .addHelpText('after', EXIT_CODES)
    .action(async (incident: string, _, command: Command) => {
      const { config, reason } = command.optsWithGlobals<{ config?: string; reason: string }>();
      await say(io, config, { do: 'accept', incident, reason, by: currentUser() });
    });
}

export function addForget(program: Command, io: Io): void {
  program
    .command('forget')
    .description('drop a learned database, volume or server from memory: it is not expected any more')
    .argument('<name>', 'a database, a volume or a server')
    .option('--server <name>', 'the server of the database, where several have one of that name')
    .option('--volume', 'the name is a volume')
    .option('--all', 'the name is a server that is not in the config: forget it with everything of it')
    .option('--reason <text>', 'why; it is written to the journal', 'none given')
    .addHelpText('after', EXIT_CODES)
    .action(async (name: string, _, command: Command) => {
      const options = command.optsWithGlobals<{
        config?: string;
        server?: string;
        volume?: boolean;
        all?: boolean;
        reason: string;
      }>();
      const { config, server, volume, all, reason } = options;
      const request = {
        do: 'forget' as const,
        name,
        reason,
        by: currentUser(),
        ...(server && { server }),
        ...(volume && { volume }),
        ...(all && { all }),
      };
      await say(io, config, request);
    });
}

async function say(
  io: Io,
  file: string | undefined,
  request: Exclude<ControlRequest, { do: 'report' }>,
): Promise<void> {
  if (request.reason.trim() === '')
    throw new CommandError('--reason is empty: say why, for whoever reads the journal later', EXIT.usage);
  const config = await requireConfig(io, file);
  const answer = await askControl(config.state.directory, request);
  if (!answer.ok) throw new CommandError(answer.message);
  io.out(`${answer.message}\n`);
}
