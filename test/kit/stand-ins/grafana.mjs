#!/usr/bin/env node
// Stands in for Grafana, which cannot be pulled here: only says that it is well, once it could read what it is given
// and write where it keeps its own.
import { readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';

readdirSync('/etc/grafana/provisioning');
readdirSync('/var/lib/grafana/dashboards');
writeFileSync('/var/lib/grafana/grafana.db', '');
writeFileSync('/tmp/written', '');
createServer((request, response) => {
  response.statusCode = request.url === '/api/health' ? 200 : 404;
  response.end('{"database":"ok"}');
}).listen(3000);
process.on('SIGTERM', () => process.exit(0));
