#!/usr/bin/env node
// A receiver of pages inside a network: writes each request as one line of JSON to the file that is named.
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';

const [, , port, file] = process.argv;
createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  appendFileSync(file, `${JSON.stringify({ at: Date.now(), path: request.url, body })}\n`);
  response.end();
}).listen(Number(port));
process.on('SIGTERM', () => process.exit(0));
