import { expect, test } from 'vitest';
import { WORDS } from '../../scripts/runbooks.js';
import { commandsOf, filledIn, placeholdersOf, runbookCommands } from './runbooks.ts';

const TEXT = `# A

## Diagnosis

\`\`\`sh
# a comment
docker inspect CONTAINER | \\
  head -1
for x in a b; do
  echo "$x VOLUME OTHER"
done
\`\`\`

## Mitigation

1. So.

   \`\`\`sql
   SELECT 1
     FROM x;
   \`\`\`
`;

test('a runbook is read as commands', () => {
  expect(commandsOf('A', TEXT)).toEqual([
    { runbook: 'A', section: 'Diagnosis', language: 'sh', text: 'docker inspect CONTAINER | \\\n  head -1' },
    {
      runbook: 'A',
      section: 'Diagnosis',
      language: 'sh',
      text: 'for x in a b; do\n  echo "$x VOLUME OTHER"\ndone',
    },
    { runbook: 'A', section: 'Mitigation', language: 'sql', text: 'SELECT 1\n  FROM x;' },
  ]);
});

test('words are filled in, and one that nobody explains is an error', () => {
  const [first, second] = commandsOf('A', TEXT);
  if (!first || !second) throw new Error('no command was found');
  expect(filledIn(first, { CONTAINER: 'db', VOLUME: 'v' })).toBe('docker inspect db | \\\n  head -1');
  expect(filledIn(second, { VOLUME: 'v' })).toContain('"$x v OTHER"');
  expect(() => filledIn({ ...first, text: 'rm FILE' }, {})).toThrow('A: nobody explains FILE');
});

test('every word of the runbooks is explained in their index', () => {
  const unknown = runbookCommands().flatMap((command) =>
    placeholdersOf(command)
      .filter((word) => !(word in WORDS))
      .map((word) => `${command.runbook}: ${word}`),
  );
  expect(unknown).toEqual([]);
});
