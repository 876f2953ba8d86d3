#!/usr/bin/env node
// @ts-check
// npm run build: installs what is needed, then compiles src into dist.
import { build, ensureInstalled, script } from './setup.js';

await script(async () => {
  await ensureInstalled();
  await build();
});
