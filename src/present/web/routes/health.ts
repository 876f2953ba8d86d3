import type { FastifyInstance } from 'fastify';
import type { WebOptions } from '../options.ts';

/** `/-/healthy` and `/-/ready`: about pgvigil itself, never about what it watches. */
export function addHealth(app: FastifyInstance, { healthy, ready }: WebOptions): void {
  const answer = (path: string, good: () => boolean, yes: string, no: string): void => {
    app.get(path, async (_request, reply) => {
      const isGood = good();
      return reply
        .code(isGood ? 200 : 503)
        .type('text/plain; charset=utf-8')
        .send(isGood ? yes : no);
    });
  };
  answer('/-/healthy', healthy, 'pgvigil is healthy.\n', 'pgvigil has stopped looking: restart it.\n');
  answer('/-/ready', ready, 'pgvigil is ready.\n', 'pgvigil is not ready: the first look is under way.\n');
}
