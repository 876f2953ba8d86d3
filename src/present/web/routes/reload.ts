import type { FastifyInstance } from 'fastify';
import type { ReloadResult, WebOptions } from '../options.ts';

/** A config is a small file; a disk that takes longer to give it is in trouble. */
const DEADLINE_MS = 10_000;
const LATE: ReloadResult = { ok: false, message: 'The reload is still under way: see the log of pgvigil.' };

/** `POST /-/reload`: reads the config again. The only request that changes anything. */
export function addReload(app: FastifyInstance, { reload }: WebOptions): void {
  let underWay: Promise<ReloadResult> | undefined;

  app.post('/-/reload', async (request, reply) => {
    reply.type('text/plain; charset=utf-8');
    if (reload === undefined) {
      return reply
        .code(404)
        .send('Reload over HTTP is switched off: start with --web.enable-lifecycle, or send SIGHUP.\n');
    }
    // A browser names the page that sends a POST; whoever may reload does not come from a page.
    if (request.headers.origin !== undefined || request.headers['sec-fetch-site'] !== undefined) {
      return reply.code(403).send('A web page may not reload pgvigil: use curl -X POST.\n');
    }
    underWay ??= reload().finally(() => {
      underWay = undefined;
    });
    const { ok, message } = await orLate(underWay);
    return reply.code(ok ? 200 : 500).send(`${message}\n`);
  });
}

async function orLate(reloading: Promise<ReloadResult>): Promise<ReloadResult> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<ReloadResult>((resolve) => {
    timer = setTimeout(() => resolve(LATE), DEADLINE_MS);
  });
  try {
    return await Promise.race([reloading, late]);
  } finally {
    clearTimeout(timer);
  }
}
