import { chmod } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeWorkspace } from '../../kit/bundle.ts';
import { CANARY } from '../../kit/canary.ts';
import type { Fault } from '../harness/fault.ts';
import type { Stage } from '../harness/stage.ts';

/** A server that accepts, and then does this with each connection. */
async function listen(stage: Stage, answer: string | undefined): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    if (answer !== undefined) socket.end(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stage.undo(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** Configurations with a secret in the wrong place; each is refused. */
const WRONG: readonly object[] = [
  ...[
    `host=127.0.0.1 password=${CANARY}`,
    `postgres://u:${CANARY}@127.0.0.1:notaport/db`,
    `postgres://u:${CANARY}@@127.0.0.1/db`,
    `postgres://u:${CANARY}%zz@127.0.0.1/db`,
    `postgres://127.0.0.1/db?user=u&password=${CANARY}&sslmode=require`,
    `http://u:${CANARY}@127.0.0.1/db`,
    CANARY,
  ].map((url) => ({ servers: [{ name: 'main', url }] })),
  { servers: [{ name: 'main', url: 'postgres://127.0.0.1/db', pasword: CANARY }] },
  { servers: [{ name: 'main', url: 'postgres://127.0.0.1/db', password: [CANARY] }] },
  { servers: [{ name: 'main', url: `postgres://u:${CANARY}@127.0.0.1/db`, password: CANARY }] },
  { alertmanager: { urls: [`http://u:${CANARY}@127.0.0.1:9093`] } },
  { alertmanager: { urls: [`http://127.0.0.1:9093?token=${CANARY}`] } },
  { alertmanager: { basic_auth: { username: 'u', password: CANARY } } },
];

/** Files of the web server with a secret in the wrong place. */
const WRONG_WEB: readonly string[] = [
  `basic_auth_users:\n  scraper: ${CANARY}\n`,
  `basic_auth_users: ${CANARY}\n`,
  `basic_auth_users:\n  scraper: "${CANARY}\n`,
];

export const SECRETS: readonly Fault[] = [
  {
    row: 81,
    name: 'a secret in every place that takes one, and every error with it',
    needs: ['postgres'],
    async play(stage) {
      const { entry, backends, isWell, postgres } = await stage.postgres();
      const workspace = await makeWorkspace('fault');
      stage.undo(() => workspace.remove());
      const passfile = await workspace.write('passfile', `*:*:*:*:${CANARY}-of-a-passfile\n`);
      const passwordFile = await workspace.write('password', `${CANARY}-of-a-file`);
      for (const file of [passfile, passwordFile]) await chmod(file, 0o600);
      const webFile = await workspace.write('web.yml', '{}\n');
      const at = (port: number, secret = `u:${CANARY}-of-a-url@`): string =>
        `postgres://${secret}127.0.0.1:${port}/postgres`;
      const { port } = postgres;
      const servers = [
        entry,
        { name: 'wrong_password', url: at(port, `pgvigil:${CANARY}-wrong@`) },
        { name: 'wrong_password_key', url: at(port, 'pgvigil@'), password: `${CANARY}-wrong` },
        { name: 'wrong_passfile', url: at(port, 'pgvigil@'), passfile },
        { name: 'wrong_environment', url: at(port, 'pgvigil@') },
        { name: 'no_tls', url: at(port), tls: { mode: 'no-verify' } },
        { name: 'refused', url: at(1) },
        { name: 'garbage', url: at(await listen(stage, 'HTTP/1.1 400 Bad Request\r\n\r\n')) },
        { name: 'hangs_up', url: at(await listen(stage, '')) },
        { name: 'silent', url: at(await listen(stage, undefined)) },
        { name: 'no_name', url: `postgres://u:${CANARY}@does-not-exist.invalid/postgres` },
        {
          name: 'parameters',
          url: `postgres://127.0.0.1:${port}/postgres?user=u&password=${CANARY}-in-a-query`,
        },
      ];
      const config = {
        servers: servers.map((server) => ({ databases: { learn: false }, ...server })),
        alertmanager: {
          urls: ['http://127.0.0.1:1', `http://127.0.0.1:${await listen(stage, 'HTTP/1.1 401 No\r\n\r\n')}`],
          basic_auth: { username: 'pgvigil', password_file: passwordFile },
        },
      };
      const script = 'exec "$@" --log.level debug --web.config.file "$0"';
      const vigil = await stage.watch(config, {
        backends,
        calm: isWell,
        through: ['env', `PGPASSWORD=${CANARY}-of-the-environment`, 'bash', '-c', script, webFile],
      });
      await vigil.becomes('every other server is down', 30_000, (scrape) =>
        servers.slice(1).every(({ name }) => scrape.value('pgvigil_server_up', { server: name }) === 0),
      );
      const { exporter } = vigil;
      const told: string[] = [];
      for (const command of ['check-config', 'status', 'diagnose'])
        told.push((await exporter.command(command)).output);
      for (const wrong of WRONG) {
        await exporter.configure({ ...config, ...wrong });
        process.kill(exporter.pid(), 'SIGHUP');
        await vigil.until('pgvigil_config_last_reload_successful', {}, 0, 5_000);
        const { code, output } = await exporter.command('check-config');
        if (code !== 2) throw new Error(`check-config ends with ${code}: ${output}`);
        told.push(output);
        await exporter.configure(config);
        process.kill(exporter.pid(), 'SIGHUP');
        await vigil.until('pgvigil_config_last_reload_successful', {}, 1, 5_000);
      }
      for (const wrong of WRONG_WEB) {
        await workspace.write('web.yml', wrong);
        process.kill(exporter.pid(), 'SIGHUP');
        await vigil.until('pgvigil_web_config_last_reload_successful', {}, 0, 5_000);
        told.push((await exporter.command('check-config', '--web.config.file', webFile)).output);
        await workspace.write('web.yml', '{}\n');
        process.kill(exporter.pid(), 'SIGHUP');
        await vigil.until('pgvigil_web_config_last_reload_successful', {}, 1, 5_000);
      }
      await sleep(1_000);
      for (const output of told)
        if (output.includes(CANARY)) throw new Error(`a command tells it: ${output}`);
      return `${servers.length - 1} servers that fail, ${WRONG.length + WRONG_WEB.length} bad files, 3 commands: not told`;
    },
  },
];
