import { expect, test } from 'vitest';
import { awaitEnding } from '../../../src/cli/guard/ending.ts';

function signals() {
  let take: (signal: NodeJS.Signals) => void = () => {};
  const ending = awaitEnding({
    onSignal: (next) => {
      take = next;
    },
  });
  return { ending, give: (signal: NodeJS.Signals) => take(signal) };
}

test.each([
  ['SIGTERM', 143],
  ['SIGINT', 130],
  ['SIGHUP', 129],
  ['SIGQUIT', 131],
] as const)('%s ends the wait, and is still known when nobody waited', async (signal, exitCode) => {
  const { ending, give } = signals();
  ending.check();
  give(signal);
  expect(ending.check).toThrow(expect.objectContaining({ exitCode }));
  await expect(ending.told).rejects.toMatchObject({ exitCode });
});

test('the first signal counts, and those that are for a command end nothing', () => {
  const { ending, give } = signals();
  give('SIGUSR1');
  ending.check();
  give('SIGTERM');
  give('SIGINT');
  expect(ending.check).toThrow(expect.objectContaining({ exitCode: 143 }));
});
