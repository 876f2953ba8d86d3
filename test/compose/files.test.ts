import { describe, expect, test } from 'vitest';
import { alertRules } from '../kit/rules.ts';
import { runbookCommands } from '../kit/runbooks.ts';
import {
  baseImage,
  composeFile,
  composeText,
  dockerfile,
  envExample,
  gitIgnore,
  guide,
  type Service,
  variables,
} from './shipped.ts';

/** Directories of this repository that are mounted. */
const SHIPPED = ['prometheus', 'alertmanager', 'grafana'];
const services = Object.entries(composeFile.services) as [string, Service][];
/** In .env.example, commented out or not. */
const explained = new Map(
  [...envExample.matchAll(/^(?:# )?([A-Z_]+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
);

describe('docker-compose.monitoring.yml', () => {
  test.each(services)('%s is fenced in, bounded and restarted', (name, service) => {
    expect(service).toMatchObject({
      restart: name === 'restore-test' ? 'no' : 'unless-stopped',
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      logging: { driver: 'json-file', options: { 'max-size': '10m', 'max-file': '3' } },
    });
    expect(service.mem_limit).toMatch(/^\d+[mg]$/);
    expect(service.pids_limit).toBeGreaterThan(0);
  });

  test.each(services)('%s has an image of one exact version, and a healthcheck', (name, service) => {
    if (name === 'pgvigil') {
      expect(service.image).toBe('pgvigil:local');
      expect(dockerfile).toMatch(/^HEALTHCHECK /m);
      return;
    }
    // Made of the server's image, and without a page that could be asked.
    if (service.profiles !== undefined) return expect(service.image).toBe('pgvigil-tools:local');
    expect(service.image).toMatch(/:v?\d+\.\d+\.\d+(@sha256:[0-9a-f]{64})?$/);
    expect(service.healthcheck?.test.length).toBeGreaterThan(1);
    expect(composeText.split(service.image.replace(/@.*/, ''))).toHaveLength(2);
  });

  test.each(services)('%s is published on loopback only', (_, service) => {
    for (const port of service.ports ?? [])
      expect(port).toMatch(/^127\.0\.0\.1:\$\{[A-Z]+_PORT:-(\d+)\}:\1$/);
  });

  test.each(services)('%s is given directories of this project, read-only, and no more', (name, service) => {
    for (const volume of service.volumes ?? []) {
      const [source = '', ...rest] = volume.replace(/\$\{([A-Z_]+):-([^}]*)\}/g, '$2').split(':');
      if (source in composeFile.volumes) continue;
      if (source === './backups' && service.profiles !== undefined) continue;
      expect(rest.at(-1), volume).toBe('ro');
      if (name === 'docker-proxy') expect(source).toBe('/var/run/docker.sock');
      else expect(source).toMatch(/^\.\/[a-z/]+$/);
    }
  });

  test('what it mounts of the owner is ignored by git, from the root on', () => {
    const mounted = services.flatMap(([, { volumes = [] }]) =>
      volumes.flatMap((volume) => /^(?:\$\{[A-Z_]+:-)?\.\/(\w+)/.exec(volume)?.[1] ?? []),
    );
    const owned = [...new Set(mounted)].filter((directory) => !SHIPPED.includes(directory));
    expect(owned.sort()).toEqual(['backups', 'config', 'secrets']);
    // Without the slash in front, src/config and test/config would not be tracked either.
    for (const path of [...owned.map((directory) => `/${directory}/`), '.env'])
      expect(gitIgnore.split('\n')).toContain(path);
  });

  test.each(services)('%s has a name that runbooks can use and nothing else has', (name, service) => {
    expect(service.container_name).toBe(name === 'pgvigil' ? 'pgvigil' : `pgvigil-${name}`);
  });

  test('the runbooks use these names', () => {
    const commands = runbookCommands().filter(({ text }) => /^docker (?!run)/.test(text));
    const words = new Set(commands.flatMap(({ text }) => text.split(/[\s=|]+/)));
    const names = services.map(([, { container_name }]) => container_name);
    const called = [...words].filter((word) => /^pgvigil(-[a-z-]+)?$/.test(word));
    expect(called.filter((word) => !names.includes(word))).toEqual([]);
    expect(called).toEqual(expect.arrayContaining(['pgvigil', 'pgvigil-prometheus', 'pgvigil-alertmanager']));
    // The name of a service is no name of a container; those with a profile are called like a command of ours.
    const plain = services.filter(([, { profiles }]) => profiles === undefined).map(([name]) => name);
    expect(plain.filter((name) => words.has(name))).toEqual(['pgvigil']);
  });

  test('links to Grafana begin alike, whoever writes them', () => {
    const address = `\${GRAFANA_URL:-http://localhost:3000}`;
    expect(composeFile.services.pgvigil.environment?.['PGVIGIL_DASHBOARD_URL']).toBe(address);
    expect(composeFile.services.grafana.environment?.['GF_SERVER_ROOT_URL']).toBe(address);
    const links = alertRules().map(({ annotations }) => annotations['dashboard_url'] ?? '');
    for (const link of links) expect(link).toMatch(/^http:\/\/localhost:3000\/d\//);
  });

  test('Grafana has no password but that of a file, and does not start without', () => {
    const { environment = {}, entrypoint = [], volumes } = composeFile.services.grafana;
    expect(Object.keys(environment).filter((name) => /PASSWORD|ADMIN/.test(name))).toEqual([
      'GF_SECURITY_ADMIN_PASSWORD__FILE',
    ]);
    expect(environment['GF_SECURITY_ADMIN_PASSWORD__FILE']).toBe('/run/secrets/admin_password');
    expect(volumes).toContain('./secrets/grafana:/run/secrets:ro');
    expect(entrypoint.join(' ')).toContain('[ -s /run/secrets/admin_password ]');
  });

  test('volumes and networks are called the same in every project', () => {
    for (const { name } of Object.values(composeFile.volumes)) expect(name).toMatch(/^pgvigil_/);
    for (const { name } of Object.values(composeFile.networks)) expect(name).toMatch(/pgvigil_/);
  });

  test('the socket is reachable by the proxy alone, and the proxy by pgvigil alone', () => {
    expect(
      services
        .filter(([, { volumes }]) => volumes?.some((one) => one.includes('.sock')))
        .map(([name]) => name),
    ).toEqual(['docker-proxy']);
    expect(
      services.filter(([, { networks }]) => networks.includes('docker-proxy')).map(([name]) => name),
    ).toEqual(['pgvigil', 'docker-proxy']);
    expect(composeFile.networks['docker-proxy']?.internal).toBe(true);
    expect(composeFile.services['docker-proxy'].networks).toEqual(['docker-proxy']);
  });

  test('uses nothing that one of the two compose programs does not know', () => {
    expect(
      Object.keys(composeFile)
        .filter((key) => !key.startsWith('x-'))
        .sort(),
    ).toEqual(['networks', 'services', 'volumes']);
    // `${A:+b}`, `$A` and nested defaults are known to 2.x only.
    expect(composeText.match(/\$(?!\{[A-Z_]+:-[^${}]*\})/g)).toBeNull();
  });
});

describe('the variables', () => {
  test('are all in .env.example, with their defaults, and no others', () => {
    expect([...explained.keys()].sort()).toEqual([...variables.keys()].sort());
    for (const [name, value] of variables) {
      if (value !== '') expect(explained.get(name)?.replace(/^#.*/, ''), name).toBeDefined();
    }
    const shown = [
      'PROMETHEUS_RETENTION_TIME',
      'PROMETHEUS_RETENTION_SIZE',
      'DOCKER_ROOT',
      'DOCKER_SOCKET',
      'DOCKER_PROXY_USER',
      'PROMETHEUS_URL',
      'ALERTMANAGER_URL',
      'GRAFANA_URL',
      ...[...variables.keys()].filter((name) => name.endsWith('_PORT')),
    ];
    for (const name of shown) expect(explained.get(name), name).toBe(variables.get(name));
  });

  test('are all in the table of docs/compose.md, with their defaults', () => {
    const rows = new Map(
      [...guide.matchAll(/^\| `([A-Z_]+)` \| ([^|]*) \|/gm)].map(([, name = '', value = '']) => [
        name,
        value.trim(),
      ]),
    );
    expect([...rows.keys()].sort()).toEqual([...variables.keys()].sort());
    for (const [name, value] of variables)
      expect(rows.get(name), name).toBe(value === '' ? '' : `\`${value}\``);
  });

  test('the name of a project is not among them: a .env is read by every compose file beside it', () => {
    expect(explained.has('COMPOSE_PROJECT_NAME')).toBe(false);
  });
});

describe('Dockerfile', () => {
  test('its base is pinned by version, in one place', () => {
    expect(baseImage).toMatch(/^node:\d+\.\d+\.\d+-bookworm-slim$/);
    expect(dockerfile.match(/^FROM /gm)).toHaveLength(2);
    expect(dockerfile.match(/^FROM \$\{NODE_IMAGE\}( AS build)?$/gm)).toHaveLength(2);
  });

  test('needs no BuildKit, and runs no script of a package', () => {
    expect(dockerfile).not.toMatch(/--mount|--chmod|--link|<<|# syntax/);
    for (const line of dockerfile.match(/npm ci.*/g) ?? []) expect(line).toContain('--ignore-scripts');
  });

  test('runs as a number that is not root', () => {
    expect(dockerfile).toMatch(/^USER 10187:10187$/m);
  });
});
