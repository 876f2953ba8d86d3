import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';

/** A mail as it was handed over. */
export interface Mail {
  readonly from: string;
  /** Everybody it went to, whatever its headers say. */
  readonly to: readonly string[];
  /** `user:password` of AUTH PLAIN. */
  readonly credentials: string | undefined;
  /** Lines of the message, dots and quoting undone. */
  readonly headers: ReadonlyMap<string, string>;
  /** Decoded text by content type. */
  readonly parts: ReadonlyMap<string, string>;
}

/** A mail server on a free port that takes everything. */
export interface Smtp {
  /** `host:port`. */
  readonly address: string;
  readonly mails: readonly Mail[];
  readonly stop: () => Promise<void>;
}

/** Starts a mail server without TLS, which Alertmanager accepts on the loopback. */
export async function startSmtp(): Promise<Smtp> {
  const mails: Mail[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    converse(socket, (mail) => mails.push(mail));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    mails,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function converse(socket: Socket, keep: (mail: Mail) => void): void {
  let rest = '';
  let data: string[] | undefined;
  let from = '';
  let to: string[] = [];
  let credentials: string | undefined;
  const say = (line: string): void => void socket.write(`${line}\r\n`);
  const answers: Readonly<Record<string, (line: string) => void>> = {
    EHLO: () => say('250-localhost\r\n250 AUTH PLAIN'),
    AUTH: (line) => {
      const [, user = '', password = ''] = Buffer.from(line.split(' ')[2] ?? '', 'base64')
        .toString()
        .split('\0');
      credentials = `${user}:${password}`;
      say('235 ok');
    },
    MAIL: (line) => {
      from = /<(.*)>/.exec(line)?.[1] ?? '';
      to = [];
      say('250 ok');
    },
    RCPT: (line) => {
      to.push(/<(.*)>/.exec(line)?.[1] ?? '');
      say('250 ok');
    },
    DATA: () => {
      data = [];
      say('354 go on');
    },
    QUIT: () => socket.end('221 bye\r\n'),
  };
  function take(line: string): void {
    if (data === undefined) {
      const answer = answers[line.slice(0, 4).toUpperCase()];
      if (answer) answer(line);
      else say('502 not here');
    } else if (line === '.') {
      keep({ from, to, credentials, ...readMessage(data.join('\n')) });
      data = undefined;
      say('250 ok');
    } else data.push(line.replace(/^\./, ''));
  }
  say('220 localhost');
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\r\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(line);
  });
}

function readMessage(text: string): Pick<Mail, 'headers' | 'parts'> {
  const { headers, body } = readEntity(text);
  const boundary = /boundary="?([^";]+)/.exec(headers.get('content-type') ?? '')?.[1];
  const entities = boundary === undefined ? [] : body.split(`--${boundary}`).slice(1, -1).map(readEntity);
  const parts = entities.map((part) => {
    const type = (part.headers.get('content-type') ?? '').split(';')[0] ?? '';
    return [type, unquote(part.body)] as const;
  });
  return { headers, parts: new Map(parts) };
}

function readEntity(text: string): { readonly headers: Map<string, string>; readonly body: string } {
  const trimmed = text.replace(/^\n/, '');
  const end = trimmed.indexOf('\n\n');
  const lines = trimmed
    .slice(0, end)
    .replaceAll(/\n[ \t]+/g, ' ')
    .split('\n');
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  return { headers: new Map(headers), body: trimmed.slice(end + 2) };
}

function unquote(text: string): string {
  const bytes = text
    .replaceAll(/=\n/g, '')
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
