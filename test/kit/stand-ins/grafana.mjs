#!/usr/bin/env node
// Stands in for Grafana, which cannot be pulled here: says that it is well, once it could read what it is given and
// write where it keeps its own, and lets admin in with the password of the file that its variable names.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';

readdirSync('/etc/grafana/provisioning');
readdirSync('/var/lib/grafana/dashboards');
writeFileSync('/var/lib/grafana/grafana.db', '');
writeFileSync('/tmp/written', '');
const password = readFileSync(process.env.GF_SECURITY_ADMIN_PASSWORD__FILE, 'utf8').trimEnd();
const admin = `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`;
const status = ({ url, headers }) => {
  if (url === '/api/health') return 200;
  if (url === '/api/org') return headers.authorization === admin ? 200 : 401;
  return 404;
};
createServer((request, response) => {
  response.statusCode = status(request);
  response.end('{"database":"ok"}');
}).listen(3000);
process.on('SIGTERM', () => process.exit(0));
