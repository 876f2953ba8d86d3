import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ensureBuilt } from '../../kit/build.ts';
import { MAIN } from '../../kit/exporter.ts';
import { describeWith, program } from '../../kit/needs.ts';
import { run } from '../../kit/process.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

describeWith(['terminal'], 'completion in a real shell', () => {
  const directory = mkdtempSync(join(tmpdir(), 'pgvigil-completion-'));
  const scripts = { bash: join(directory, 'pgvigil.bash'), zsh: '', fish: join(directory, 'pgvigil.fish') };
  // zsh finds a completion by the name of its file.
  scripts.zsh = join(directory, '_pgvigil');

  beforeAll(async () => {
    await ensureBuilt();
    for (const shell of SHELLS) {
      const { code, output } = await run({ command: process.execPath, args: [MAIN, 'completion', shell] });
      expect(code).toBe(0);
      writeFileSync(scripts[shell], output);
    }
    mkdirSync(join(directory, 'in here'));
    writeFileSync(join(directory, 'in here', 'my config.yml'), '');
    writeFileSync(join(directory, 'pgvigil'), '#!/bin/sh\n');
    chmodSync(join(directory, 'pgvigil'), 0o755);
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  const said = async (
    shell: string,
    text: string,
    ...args: readonly string[]
  ): Promise<readonly string[]> => {
    const { output } = await run({
      command: program(shell),
      args: [...args, '-c', text],
      cwd: directory,
      env: { PATH: `${directory}:${process.env['PATH']}`, HOME: directory, TERM: 'dumb' },
    });
    return output.split('\n').filter((line) => line !== '');
  };
  /** What bash would offer for this line, by the function that it registered. */
  const bash = (line: string): Promise<readonly string[]> =>
    said(
      'bash',
      `source ${scripts.bash}
       how=$(complete -p pgvigil); how=\${how#*-F }
       COMP_LINE='${line}' COMP_POINT=${line.length}
       \${how%% *} pgvigil
       printf '%s\\n' "\${COMPREPLY[@]}"`,
    );
  const fish = async (line: string): Promise<readonly string[]> =>
    (await said('fish', `source ${scripts.fish}; complete -C'${line}'`)).map(
      (one) => one.split('\t')[0] ?? '',
    );
  /** What zsh would offer: a terminal is needed, so it gets one of its own. */
  const zsh = async (line: string): Promise<string> =>
    (
      await said(
        'zsh',
        `zmodload zsh/zpty
         zpty z zsh -f -i
         zpty -w z 'PS1=; autoload -U compinit; compinit -u -D; source ${scripts.zsh}; zstyle ":completion:*" list-prompt ""; bindkey "^I" list-choices; echo rea""dy'
         zpty -r -m z answer '*ready*'
         zpty -n -w z $'${line}\\t'
         sleep 2
         zpty -r -t z answer && print -r -- $answer
         while zpty -r -t z answer; do print -r -- $answer; done
         zpty -d z`,
        '-f',
      )
    ).join('\n');

  test.each(SHELLS)('%s reads the script without a complaint', async (shell) => {
    const { code, output } = await run({ command: program(shell), args: ['-n', scripts[shell]] });
    expect({ code, output }).toEqual({ code: 0, output: '' });
  });

  describe('bash', () => {
    test.each([
      ['pgvigil chec', ['check-config']],
      ['pgvigil serve --log.l', ['--log.level']],
      ['pgvigil serve --log.level ', ['debug', 'info', 'warn', 'error']],
      ['pgvigil --config in', ['in here']],
      ['pgvigil demo --drop in', ['in here']],
      ['pgvigil completion ', ['bash', 'zsh', 'fish', '--config', '--help']],
      ['pgvigil db:create --acc', ['--accept']],
      ['pgvigil setup --database app -- pgvi', ['pgvigil']],
      ['pgvigil setup -- cat in', ['in here']],
      ['pgvigil status --url ', []],
    ])('%j', async (line, offered) => {
      expect(await bash(line)).toEqual(offered);
    });
  });

  test.each([
    ['pgvigil chec', ['check-config']],
    ['pgvigil serve --log.level ', ['debug', 'error', 'info', 'warn']],
    ['pgvigil completion z', ['zsh']],
    ['pgvigil demo --web', ['--web.listen-address']],
  ])('fish: %j', async (line, offered) => {
    expect(await fish(line)).toEqual(offered);
  });

  test('zsh: commands with their descriptions, and values', async () => {
    const commands = await zsh('pgvigil re');
    expect(commands).toContain('restore-test');
    expect(commands).toContain('restore the newest backup');
    expect(commands).not.toContain('check-config');
    expect(await zsh('pgvigil serve --log.level ')).toMatch(/debug\s+error\s+info\s+warn/);
  });

  test('man shows the manual page and has no complaint', async () => {
    const { code, output } = await run({
      command: program('man'),
      args: ['--warnings', '--encoding=UTF-8', '--local-file', 'man/pgvigil.1'],
      env: { PATH: process.env['PATH'], MANWIDTH: '80', MANPAGER: 'cat', LC_ALL: 'C.UTF-8' },
    });
    expect(code).toBe(0);
    expect(output).not.toMatch(/warning|error:/i);
    expect(output).toMatch(/^ {3}(.\[1m)?check-config/m);
  });
});
