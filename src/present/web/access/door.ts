import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../../../model/time.ts';
import type { WebAccess } from '../../../model/web-access.ts';
import type { Hasher } from './hasher.ts';
import { createJudge, type Judge } from './judge.ts';
import { createLimiter, type Limiter } from './limiter.ts';

/** Who is let in, by what is in force now. */
export interface Door {
  readonly access: () => WebAccess;
  /** From the next request on. */
  apply(access: WebAccess): void;
  /** Answers the request by itself where it must not be answered otherwise. */
  admit(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined>;
}

/** A door with the given rules. */
export function createDoor(initial: WebAccess, hasher: Pick<Hasher, 'compare'>, clock: Clock): Door {
  let access = initial;
  let judge: Judge = createJudge(access.users, hasher.compare);
  let limiter: Limiter = createLimiter(access.rateLimit);
  return {
    access: () => access,
    apply(next) {
      access = next;
      judge = createJudge(next.users, hasher.compare);
      limiter = createLimiter(next.rateLimit);
    },
    async admit(request, reply) {
      reply.headers(access.headers);
      if (!limiter(clock.monotonic()))
        return refuse(reply, 429, 'Too many requests: `rate_limit` of --web.config.file allows fewer.');
      if (access.users.size === 0) return undefined;
      const verdict = await judge(request.headers.authorization, request.ip);
      if (verdict === 'allowed') return undefined;
      if (verdict === 'busy') {
        reply.header('retry-after', '1');
        return refuse(reply, 503, 'Too many log in at once: try again in a second.');
      }
      reply.header('www-authenticate', 'Basic realm="pgvigil", charset="UTF-8"');
      return refuse(reply, 401, 'Log in with a name and a password of --web.config.file.');
    },
  };
}

function refuse(reply: FastifyReply, status: number, sentence: string): FastifyReply {
  return reply.code(status).type('text/plain; charset=utf-8').send(`${sentence}\n`);
}
