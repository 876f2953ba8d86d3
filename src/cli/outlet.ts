import { fstatSync, writeSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { isatty } from 'node:tty';

/**
 * Writes text that may get lost and may harm nobody: `false` when it was lost. Never throws, whatever became of
 * the disk or the reader behind it, and never keeps more than `MAX_WAITING_BYTES` for a reader who stands still.
 */
export type Outlet = (text: string) => boolean;

const MAX_WAITING_BYTES = 1_048_576;

/** The outlet of a standard stream: of what is behind its descriptor. */
export function outletOf(stream: Writable & { readonly fd: number }): Outlet {
  const behind = fstatSync(stream.fd);
  const isRead = behind.isFIFO() || behind.isSocket() || isatty(stream.fd);
  return isRead ? streamOutlet(stream) : fileOutlet(stream.fd);
}

/** Into a pipe, a socket or a terminal. */
export function streamOutlet(stream: Writable): Outlet {
  // Who reads us may go away first.
  stream.on('error', () => {});
  return (text) => {
    if (stream.destroyed || stream.writableLength > MAX_WAITING_BYTES) return false;
    stream.write(text);
    return true;
  };
}

/** Into a file or a device. The stream of Node.js throws when a disk is full, and writes nothing ever after. */
export function fileOutlet(fd: number): Outlet {
  let torn = false;
  return (text) => {
    const bytes = Buffer.from(torn ? `\n${text}` : text);
    let done = 0;
    try {
      while (done < bytes.length) done += writeSync(fd, bytes, done);
      torn = false;
      return true;
    } catch {
      torn ||= done > 0;
      return false;
    }
  };
}
