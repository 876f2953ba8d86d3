import { chmodSync, unlinkSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { userInfo } from 'node:os';
import type { Log } from './model/log.ts';

/** A person's word, as it travels over the control socket: one line of JSON. */
export type ControlRequest =
  /** What is watched, for whoever may not, or cannot, read the web server. */
  | { readonly do: 'report' }
  | { readonly do: 'accept'; readonly incident: string; readonly reason: string; readonly by: string }
  | {
      readonly do: 'forget';
      readonly name: string;
      readonly server?: string;
      readonly volume?: boolean;
      /** The name is a server: it and everything of it. */
      readonly all?: boolean;
      readonly reason: string;
      readonly by: string;
    };

export type ControlAnswer = { readonly ok: boolean; readonly message: string };

const MAX_REQUEST_BYTES = 16_384;
const DEADLINE_MS = 5000;
/** Longest path of a unix socket on Linux (unix(7)), its closing zero byte aside. */
const MAX_SOCKET_PATH = 107;

/** The ear for a person's word. */
export interface Control {
  /** Another pgvigil runs on this state directory. */
  isTaken(): Promise<boolean>;
  start(): Promise<void>;
  stop(): void;
}

/** Path of the control socket in a state directory. */
export function controlPath(stateDirectory: string): string {
  return `${stateDirectory}/pgvigil.sock`;
}

/**
 * Listens for a person's word on a unix socket that only its owner can open; never over TCP.
 * Where it cannot listen, it says so and everything else goes on.
 */
export function createControl(options: {
  readonly stateDirectory: string;
  readonly handle: (request: ControlRequest) => ControlAnswer;
  readonly log: Log;
}): Control {
  const { handle, log } = options;
  const path = controlPath(options.stateDirectory);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.setTimeout(DEADLINE_MS, () => socket.destroy());
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (text.length > MAX_REQUEST_BYTES) socket.destroy();
      else if (text.includes('\n')) socket.end(`${JSON.stringify(answer(text, handle))}\n`);
    });
  });

  return {
    isTaken: () => isAlive(path),
    async start() {
      try {
        if (Buffer.byteLength(path) > MAX_SOCKET_PATH)
          throw new Error(`its path is longer than ${MAX_SOCKET_PATH} bytes; use a shorter state.directory`);
        removeDead(path);
        await listen(server, path);
        server.on('error', (error) => log.warn({ error: error.message }, 'the control socket failed'));
        chmodSync(path, 0o600);
      } catch (error) {
        const { message } = error as Error;
        log.warn(
          { path, error: message },
          'accept and forget are not available: the control socket cannot be opened',
        );
      }
    },
    stop() {
      // Closing it would unlink its file in this process, on a disk that may hang; a dead file is removed at the next start.
      server.unref();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function isAlive(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.setTimeout(DEADLINE_MS, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

/** A socket file of a process that is gone. */
function removeDead(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Not there: nothing to remove. Anything else shows when listening.
  }
}

function answer(text: string, handle: (request: ControlRequest) => ControlAnswer): ControlAnswer {
  const request = parseRequest(text);
  return request ? handle(request) : { ok: false, message: 'the request was not understood' };
}

function parseRequest(text: string): ControlRequest | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { do: verb, incident, name, server, volume, all, reason, by } = value as Record<string, unknown>;
  if (verb === 'report') return { do: 'report' };
  if (typeof reason !== 'string' || typeof by !== 'string') return undefined;
  if (verb === 'accept' && typeof incident === 'string') return { do: 'accept', incident, reason, by };
  if (verb === 'forget' && typeof name === 'string') {
    return {
      do: 'forget',
      name,
      reason,
      by,
      ...(typeof server === 'string' && { server }),
      ...(typeof volume === 'boolean' && { volume }),
      ...(typeof all === 'boolean' && { all }),
    };
  }
  return undefined;
}

/** Sends one request to the pgvigil that runs on a state directory, and gives its answer. */
export function askControl(stateDirectory: string, request: ControlRequest): Promise<ControlAnswer> {
  const path = controlPath(stateDirectory);
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(path, () => socket.write(`${JSON.stringify(request)}\n`));
    socket.setTimeout(DEADLINE_MS, () => {
      resolve({ ok: false, message: `pgvigil does not answer on ${path}` });
      socket.destroy();
    });
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    socket.on('end', () => resolve(parseAnswer(text)));
    socket.on('error', (error: NodeJS.ErrnoException) =>
      resolve({ ok: false, message: explain(path, error) }),
    );
  });
}

function parseAnswer(text: string): ControlAnswer {
  try {
    const { ok, message } = JSON.parse(text) as ControlAnswer;
    return { ok: ok === true, message: String(message) };
  } catch {
    return {
      ok: false,
      message: 'the answer was not understood: is the running pgvigil of the same version?',
    };
  }
}

function explain(path: string, error: NodeJS.ErrnoException): string {
  if (error.code === 'EACCES') return `no permission to open ${path}: run this as the user that runs pgvigil`;
  if (error.code === 'ENOENT' || error.code === 'ECONNREFUSED')
    return `no pgvigil is running on ${path}: start it with \`pgvigil serve\`, or name its config with --config`;
  return `${path}: ${error.message}`;
}

/** Name of the user who runs this command, for the journal. */
export function currentUser(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown';
  }
}
