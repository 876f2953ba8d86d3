import { isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Answer, ClassifyContext, Phase } from './classify.ts';
import { judgeFirstBytes, judgeTlsAnswer } from './first-bytes.ts';

/** Knows how far a connection got, and what the other side sounds like. */
export interface Wire {
  /** A snapshot for `classify`. */
  context(timedOut: boolean): ClassifyContext;
  setPhase(phase: Phase): void;
  setNotice(sqlstate: string | undefined): void;
  /** TCP or the unix socket is connected, so the server may hold something for us. */
  established(): boolean;
  answer(): Answer;
  /** Goes on below TLS. */
  secured(stream: Duplex): void;
}

/** Watches `socket` from before it connects; `foreign` is called once when it cannot be PostgreSQL. */
export function watchWire(
  socket: Socket,
  options: { readonly host: string; readonly tls: boolean; readonly foreign: () => void },
): Wire {
  let phase: Phase = options.host.startsWith('/') || isIP(options.host) ? 'connecting' : 'resolving';
  let answer: Answer = 'none';
  let tlsRefused = false;
  let notice: string | undefined;
  let established = false;
  let ended = false;
  let head = new Uint8Array(0);

  const hear = (chunk: Uint8Array): void => {
    if (answer !== 'none') return;
    head = new Uint8Array([...head, ...chunk.subarray(0, 8)]);
    answer = judgeFirstBytes(head);
    if (answer === 'foreign') options.foreign();
  };
  socket.on('lookup', () => {
    phase = 'connecting';
  });
  socket.once('connect', () => {
    established = true;
    phase = 'startup';
  });
  socket.once('end', () => {
    ended = true;
  });
  if (options.tls)
    socket.once('data', (chunk: Uint8Array) => {
      const judged = judgeTlsAnswer(chunk);
      tlsRefused = judged === 'refused';
      if (judged === 'postgres') phase = 'tls';
      if (judged === 'foreign') {
        answer = 'foreign';
        options.foreign();
      }
    });
  else socket.on('data', hear);

  return {
    context: (timedOut) => ({ phase, answer, timedOut, ended, tlsRefused, notice, withheld: false }),
    setPhase: (next) => {
      phase = next;
    },
    setNotice: (sqlstate) => {
      notice = sqlstate;
    },
    established: () => established,
    answer: () => answer,
    secured: (stream) => {
      stream.once('secureConnect', () => {
        phase = 'startup';
      });
      stream.on('data', hear);
    },
  };
}
