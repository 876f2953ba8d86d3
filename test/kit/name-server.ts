import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/** How it answers: with the address after a while, that there is no such name, or not at all. */
export type Answering =
  | { readonly kind: 'address'; readonly afterMs: number }
  | { readonly kind: 'no such name' }
  | { readonly kind: 'silence' };

/** A DNS server that knows one address, whatever is asked. */
export interface NameServer {
  readonly become: (answering: Answering) => void;
  /** How many questions arrived so far. */
  readonly asked: () => number;
  readonly close: () => void;
}

const PORT = 53;
const TYPE_A = 1;
const NO_SUCH_NAME = 3;

/** Listens on port 53 of `host` and answers with `ipv4`. */
export async function startNameServer(host: string, ipv4: string): Promise<NameServer> {
  let answering: Answering = { kind: 'address', afterMs: 0 };
  let asked = 0;
  let closed = false;
  const socket = createSocket('udp4');
  socket.on('message', (question, from) => {
    asked += 1;
    if (answering.kind === 'silence') return;
    const reply = answer(question, answering.kind === 'address' ? ipv4 : undefined);
    setTimeout(
      () => {
        if (!closed) socket.send(reply, from.port, from.address, () => {});
      },
      answering.kind === 'address' ? answering.afterMs : 0,
    );
  });
  socket.bind(PORT, host);
  await once(socket, 'listening');
  return {
    become: (next) => {
      answering = next;
    },
    asked: () => asked,
    close() {
      closed = true;
      socket.close();
    },
  };
}

/** The reply to a message with one question (RFC 1035, section 4): one A record, or none for other types. */
function answer(question: Buffer, ipv4: string | undefined): Buffer {
  const nameEnd = question.indexOf(0, 12) + 1;
  const known = ipv4 !== undefined;
  const found = known && question.readUInt16BE(nameEnd) === TYPE_A;
  const head = Buffer.from(question.subarray(0, 12));
  head.writeUInt16BE(0x8180 | (known ? 0 : NO_SUCH_NAME), 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(found ? 1 : 0, 6);
  head.writeUInt32BE(0, 8);
  const asked = question.subarray(12, nameEnd + 4);
  // A pointer to the name, type A, class IN, no time to live, four bytes.
  const record = Buffer.from([
    0xc0,
    12,
    0,
    1,
    0,
    1,
    0,
    0,
    0,
    0,
    0,
    4,
    ...(ipv4 ?? '').split('.').map(Number),
  ]);
  return Buffer.concat(found ? [head, asked, record] : [head, asked]);
}
