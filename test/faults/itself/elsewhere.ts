import { writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { makeWorkspace } from '../../kit/bundle.ts';
import { CANARY } from '../../kit/canary.ts';
import type { Fault } from '../harness/fault.ts';
import type { Stage } from '../harness/stage.ts';
import { answerTo } from './connections.ts';

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

async function listen<S extends Server>(stage: Stage, server: S): Promise<S> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stage.undo(() => new Promise((resolve) => server.close(resolve)));
  return server;
}

/** What is never to be reached, whoever asks for it: counts its visitors. */
async function startTrap(stage: Stage): Promise<{ readonly address: string; readonly visits: () => number }> {
  let visits = 0;
  const server = createServer((socket) => {
    visits += 1;
    socket.destroy();
  });
  const port = portOf(await listen(stage, server));
  return { address: `127.0.0.1:${port}`, visits: () => visits };
}

/** A server that sends everybody to another address. */
async function startRedirect(
  stage: Stage,
  to: string,
): Promise<{ readonly address: string; readonly asked: () => number }> {
  let asked = 0;
  const server = createHttpServer((request, response) => {
    asked += 1;
    request.resume();
    response.writeHead(307, { location: `http://${to}${request.url}`, connection: 'close' }).end();
  });
  const port = portOf(await listen(stage, server));
  return { address: `127.0.0.1:${port}`, asked: () => asked };
}

/** Clients and servers that want pgvigil to connect to somewhere else. */
export const ELSEWHERE: readonly Fault[] = [
  {
    row: 82,
    name: 'targets in requests, foreign Host headers, and servers that redirect',
    needs: ['postgres'],
    async play(stage) {
      const trap = await startTrap(stage);
      const alertmanager = await startRedirect(stage, trap.address);
      const docker = await startRedirect(stage, trap.address);
      const { entry, backends, isWell } = await stage.postgres();
      const workspace = await makeWorkspace('fault');
      stage.undo(() => workspace.remove());
      const passwordFile = join(workspace.directory, 'password');
      await writeFile(passwordFile, `${CANARY}-for-alertmanager`, { mode: 0o600 });
      const expect = ['simfab_dev', 'shop', 'never_made'];
      const vigil = await stage.watch(
        {
          servers: [{ ...entry, databases: { expect, learn: false } }],
          docker: { host: `tcp://${docker.address}` },
          alertmanager: {
            urls: [`http://${alertmanager.address}`],
            basic_auth: { username: 'pgvigil', password_file: passwordFile },
          },
        },
        { docker: true, backends, calm: isWell },
      );
      const [host = '', port = ''] = vigil.exporter.address.split(':');
      const ask = (line: string, headers = 'Host: x'): Promise<string> =>
        answerTo(host, Number(port), `${line} HTTP/1.1\r\n${headers}\r\n\r\n`);
      const answers = {
        parameter: await ask(`GET /metrics?target=http://${trap.address}/`),
        probe: await ask(`GET /probe?target=${trap.address}`),
        connect: await ask(`CONNECT ${trap.address}`, `Host: ${trap.address}`),
      };
      for (const [what, answer] of Object.entries(answers))
        if (!/^4\d\d$|closed/.test(answer)) throw new Error(`${what} gets ${answer}`);
      // A whole address is as good as its path (RFC 9112 §3.2.2), and no reason to go there.
      const absolute = await ask(`GET http://${trap.address}/metrics`);
      if (absolute !== '200') throw new Error(`a whole address gets ${absolute}`);
      const foreign = await fetch(`${vigil.exporter.url}/`, {
        headers: { 'X-Forwarded-Host': trap.address },
      });
      if ((await foreign.text()).includes(trap.address)) throw new Error('the page repeats a foreign host');
      await vigil.becomes(
        'the Alertmanager was asked',
        15_000,
        (scrape) =>
          (scrape.value('pgvigil_alert_pushes_total', { outcome: 'rejected' }) ?? 0) +
            (scrape.value('pgvigil_alert_pushes_total', { outcome: 'failed' }) ?? 0) >
          0,
      );
      await vigil.until('pgvigil_docker_up', {}, 0, 5_000);
      if (alertmanager.asked() === 0 || docker.asked() === 0) throw new Error('a server was never asked');
      if (trap.visits() > 0) throw new Error(`${trap.visits()} connections to somewhere else`);
      const told = Object.entries(answers).map(([what, answer]) => `${what} ${answer}`);
      return `${told.join(', ')}; redirects of Alertmanager and Docker not followed`;
    },
  },
];
