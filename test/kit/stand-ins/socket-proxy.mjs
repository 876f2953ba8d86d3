#!/usr/bin/env node
// Stands in for wollomatic/socket-proxy, which cannot be pulled here: the same flags, the same rules. An unknown flag
// is an error, as in Go; `^` and `$` are put around each expression; only the path is compared.
import { lookup } from 'node:dns/promises';
import { createServer, request } from 'node:http';
import { connect } from 'node:net';

const SOCKET = '/var/run/docker.sock';
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'CONNECT', 'TRACE', 'OPTIONS'];
const VALUES = ['loglevel', 'listenip', 'allowfrom', 'proxyport', 'watchdoginterval', 'shutdowngracetime'];
const SWITCHES = ['allowhealthcheck', 'stoponwatchdog', 'logjson'];

const flags = new Map();
const allowed = new Map();
for (const argument of process.argv.slice(2)) {
  const [, name = '', value] = /^--?([A-Za-z]+)(?:=(.*))?$/s.exec(argument) ?? [];
  const method = name.replace(/^allow/, '');
  if (METHODS.includes(method) && value) {
    allowed.set(method, [...(allowed.get(method) ?? []), new RegExp(`^${value}$`)]);
  } else if (VALUES.includes(name) && value !== undefined) flags.set(name, value);
  else if (SWITCHES.includes(name) && value === undefined) flags.set(name, 'true');
  else {
    process.stderr.write(`flag provided but not defined: ${argument}\n`);
    process.exit(2);
  }
}

const known = async (address) => {
  const plain = address.replace(/^::ffff:/, '');
  for (const name of (flags.get('allowfrom') ?? '127.0.0.1').split(',')) {
    const found = await lookup(name, { all: true }).catch(() => []);
    if (found.some((one) => one.address === plain)) return true;
  }
  return false;
};

async function refusal({ method, url, socket }) {
  if (!(await known(socket.remoteAddress ?? ''))) return 403;
  const expressions = allowed.get(method);
  if (expressions === undefined) return 405;
  const path = decodeURIComponent(url.replace(/\?.*/s, ''));
  return expressions.some((expression) => expression.test(path)) ? undefined : 403;
}

const proxy = createServer(async (incoming, outgoing) => {
  const status = await refusal(incoming);
  if (status !== undefined) {
    process.stderr.write(`blocked request ${incoming.method} ${incoming.url} ${status}\n`);
    outgoing.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end('refused\n');
    return;
  }
  const { method, url: path, headers } = incoming;
  const upstream = request({ socketPath: SOCKET, method, path, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode, answer.headers);
    outgoing.flushHeaders();
    answer.pipe(outgoing);
  });
  upstream.on('error', () => (outgoing.headersSent ? outgoing.destroy() : outgoing.writeHead(502).end()));
  outgoing.on('close', () => upstream.destroy());
  incoming.pipe(upstream);
});
proxy.listen(Number(flags.get('proxyport') ?? 2375), flags.get('listenip') ?? '127.0.0.1');

if (flags.has('allowhealthcheck')) {
  createServer((_incoming, outgoing) => {
    const probe = connect(SOCKET, () => {
      probe.end();
      outgoing.writeHead(200).end();
    });
    probe.on('error', () => outgoing.writeHead(503).end());
  }).listen(55_555, '127.0.0.1');
}

const everySeconds = Number(flags.get('watchdoginterval') ?? 0);
if (everySeconds > 0) {
  setInterval(() => {
    const probe = connect(SOCKET, () => probe.end());
    probe.on('error', () => flags.has('stoponwatchdog') && process.exit(10));
  }, everySeconds * 1000);
}
process.on('SIGTERM', () => process.exit(0));
