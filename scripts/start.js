#!/usr/bin/env node
// @ts-check
// npm start: does its own set-up, then becomes `pgvigil serve`, or `pgvigil demo` when there is nothing to watch.
//   npm start -- --config my.yml
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { hasSomethingToWatch } from './choose.js';
import { ensureBuilt, ensureInstalled, ROOT, say } from './setup.js';

const args = process.argv.slice(2);
try {
  await ensureInstalled();
  await ensureBuilt();
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exit(1);
}

const command = hasSomethingToWatch(args, process.env, ROOT) ? 'serve' : 'demo';
if (command === 'demo')
  say('no PGVIGIL_URL, no PGVIGIL_DOCKER_DISCOVER and no pgvigil.yml: starting the demo');

// The same process, not a child: signals, exit code and terminal are the program's own, and whoever kills this
// pid has killed the program.
const main = join(ROOT, 'dist/main.js');
process.argv = [process.execPath, main, command, ...args];
await import(pathToFileURL(main).href);
