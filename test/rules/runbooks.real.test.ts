import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWith } from '../kit/needs.ts';
import { openRunbookStage, type RunbookStage } from '../kit/runbook-stage.ts';
import { filledIn, type RunbookCommand, runbookCommands } from '../kit/runbooks.ts';
import { NOT_RUN } from './runbook-exceptions.ts';

const commands = runbookCommands();
const exceptionOf = ({ text }: RunbookCommand) => NOT_RUN.find(({ command }) => command.test(text));
/** Each once: several runbooks begin alike. */
const toRun = commands
  .filter((command) => exceptionOf(command) === undefined)
  .filter(({ text }, index, all) => all.findIndex((other) => other.text === text) === index)
  .map((command) => [command.text.replaceAll(/\s+/g, ' '), command] as const);
/** A person accepts an incident once. */
const incidents = toRun.filter(([name]) => /\bINCIDENT\b/.test(name)).length;

describeWith(
  ['root', 'dockerd', 'postgres', 'prometheus', 'alertmanager', 'shell'],
  'the commands of the runbooks',
  () => {
    let stage: RunbookStage;
    beforeAll(async () => {
      stage = await openRunbookStage(incidents);
    }, 420_000);
    afterAll(() => stage?.stop());

    test('there are some, and no exception is left over', () => {
      expect(toRun.length).toBeGreaterThan(50);
      const left = NOT_RUN.filter(({ command }) => !commands.some(({ text }) => command.test(text)));
      expect(left).toEqual([]);
    });

    test.each(toRun)('%s', async (_, command) => {
      const text = filledIn(command, await stage.words());
      const result = command.language === 'sql' ? await stage.sql(text) : await stage.type(text);
      if (command.section === 'Mitigation') await stage.heal();
      expect(isGood(command, result), `${text}\n${JSON.stringify(result, null, 2)}`).toBe(true);
    });
  },
);

/** Whether the command worked. What looks for something may find nothing; what tells of incidents has found one. */
function isGood(
  { text }: RunbookCommand,
  { code, stdout, stderr }: Awaited<ReturnType<RunbookStage['type']>>,
) {
  if (code === 0) return true;
  if (code !== 1) return false;
  if (/\b(grep|pgrep)\b/.test(text)) return stderr === '' && stdout === '';
  return /^docker exec pgvigil pgvigil (diagnose|status)\b/.test(text) && stdout !== '';
}
