import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { makeWorkspace } from '../../kit/bundle.ts';
import type { Fault } from '../harness/fault.ts';
import { noLoss } from '../harness/no-loss.ts';

/** The watched config as it is in the middle of being written, and the file of the web server. */
export const RELOADS: readonly Fault[] = [
  {
    row: 80,
    name: 'SIGHUP while the config and the file of the web server are cut off, empty or gone',
    needs: ['postgres'],
    async play(stage) {
      const { entry, backends, isWell } = await stage.postgres();
      const workspace = await makeWorkspace('fault');
      stage.undo(() => workspace.remove());
      const webFile = await workspace.write(
        'web.yml',
        'http_server_config:\n  headers:\n    X-Frame-Options: deny\n',
      );
      const vigil = await stage.watch(
        { servers: [entry] },
        { backends, calm: isWell, through: ['bash', '-c', 'exec "$@" --web.config.file "$0"', webFile] },
      );
      const lifted = noLoss(vigil);
      // Cut off in the middle of this word; half a file may also read as a whole one, which nobody can tell.
      const files = [
        ['pgvigil_config_last_reload_successful', vigil.exporter.configFile, 'name'],
        ['pgvigil_web_config_last_reload_successful', webFile, 'headers'],
      ] as const;
      let bad = 0;
      for (const [metric, file, word] of files) {
        const good = readFileSync(file);
        const damages: readonly (() => Promise<void> | void)[] = [
          () => truncateSync(file, good.indexOf(word) + 2),
          () => writeFileSync(file, '\0'.repeat(good.length)),
          () => rm(file),
        ];
        for (const damage of damages) {
          writeFileSync(file, good);
          await damage();
          process.kill(vigil.exporter.pid(), 'SIGHUP');
          await vigil.until(metric, {}, 0, 5_000);
          await vigil.becomes('it is well', 0, isWell);
          writeFileSync(file, good);
          process.kill(vigil.exporter.pid(), 'SIGHUP');
          await vigil.until(metric, {}, 1, 5_000);
          bad += 1;
        }
      }
      const page = await fetch(`${vigil.exporter.url}/metrics`);
      if (page.headers.get('x-frame-options') !== 'deny')
        throw new Error('the headers are not sent any more');
      lifted();
      return `${bad} bad files told, the last good ones kept`;
    },
  },
];
