import type { ConnectReason } from '../../../src/model/reason.ts';
import type { ServerState } from '../../../src/model/verified.ts';
import { type Saying, startImpostor } from '../../kit/impostor.ts';
import type { Listening } from '../../kit/listen.ts';
import { connectionsTo } from '../../kit/sockets.ts';
import type { Fault } from '../harness/fault.ts';
import { endure, openServer } from '../harness/trouble.ts';

/** What answers on the port of the server, and what has to be told of it. */
const CASES: readonly {
  readonly saying: Saying;
  readonly state: Exclude<ServerState, 'up'>;
  readonly reason: ConnectReason;
}[] = [
  { saying: 'silence', state: 'hung', reason: 'hung' },
  { saying: 'garbage', state: 'blind', reason: 'protocol' },
  { saying: 'http', state: 'blind', reason: 'protocol' },
  { saying: 'endless message', state: 'blind', reason: 'protocol' },
  { saying: 'close', state: 'down', reason: 'reset' },
  { saying: 'reset', state: 'down', reason: 'reset' },
];

/** On the port of the server something answers that is no PostgreSQL. */
export const IMPOSTORS: readonly Fault[] = CASES.map(
  ({ saying, state, reason }): Fault => ({
    row: 24,
    name: `something else is on the port: ${saying}`,
    needs: ['postgres'],
    async play(stage) {
      const { vigil, postgres, isWell } = await openServer(stage);
      let impostor: Listening | undefined;
      let most = 0;
      stage.undo(() => impostor?.close());
      const seen = await endure(vigil, isWell, {
        state,
        reason,
        async begin() {
          await postgres.stop('immediate');
          impostor = await startImpostor(saying, postgres.port);
        },
        lastsMs: 6_000,
        meanwhile: () => {
          most = Math.max(most, connectionsTo(postgres.port));
          return most <= 2;
        },
        async end() {
          await impostor?.close();
          await postgres.start();
        },
      });
      return `${seen}; ${most} sockets open at most`;
    },
  }),
);
