import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** As the image starts it. */
export const SHIPPED_FLAGS = '--max-semi-space-size=8';

/** A Node.js that nobody else on the machine runs. */
export interface OwnNode {
  readonly path: string;
  /** What makes `startExporter` run it, with these flags; without any as it is shipped. */
  readonly through: (flags?: string) => readonly string[];
  readonly remove: () => void;
}

/**
 * Copies the program of Node.js: what processes share is counted in parts, and the tests are Node.js too. Without a copy
 * pgvigil would look smaller by the size of that program than it is where it runs alone.
 */
export function copyNode(): OwnNode {
  const directory = mkdtempSync(join(tmpdir(), 'pgvigil-node-'));
  const node = join(directory, 'node');
  copyFileSync(process.execPath, node);
  return {
    path: node,
    // The first argument is the Node.js that would have been run.
    through: (flags = SHIPPED_FLAGS) => ['sh', '-c', `shift; exec ${node} ${flags} "$@"`, 'sh'],
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}
