/**
 * Images under the names that docker-compose.monitoring.yml pins, made of what the machine has: nothing is pulled.
 * Prometheus and Alertmanager are Debian's own programs; the socket proxy, Grafana and the receiver are the programs
 * beside this file, which keep to the flags and rules of what they stand in for. The base of the Dockerfile is a small
 * Debian with the machine's own Node.js and npm, so that the real Dockerfile is really built.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { PrivateDocker } from './docker.ts';
import { must } from './docker.ts';
import { program } from './needs.ts';

/** A filesystem out of files of this machine, and what a Dockerfile says about it. */
interface Recipe {
  readonly from: string;
  /** Programs with the libraries they need: where to put them, and where they are. */
  readonly programs?: Readonly<Record<string, string>>;
  /** Other files and directories: where to put them, and where they are. */
  readonly files?: Readonly<Record<string, string>>;
  readonly texts?: Readonly<Record<string, string>>;
  /** Who owns a directory that becomes a volume. */
  readonly volume?: { readonly path: string; readonly uid: number };
  readonly lines: readonly string[];
}

const HERE = join(import.meta.dirname, 'stand-ins');
const node = { '/usr/bin/node': process.execPath, '/usr/bin/env': '/usr/bin/env' };
const bash = { '/bin/bash': '/bin/bash', '/bin/sh': '/bin/bash' };

const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';

/** Where the pages arrive that alertmanager.yml sends as it is shipped. */
export const WEBHOOK_IMAGE = 'pgvigil-test/webhook:1';

/** Names as the compose file has them, without a digest. */
export interface StandInNames {
  readonly proxy: string;
  readonly prometheus: string;
  readonly alertmanager: string;
  readonly grafana: string;
}

/** Makes an image for each name, and one for the receiver of pages. */
export async function buildStandIns(engine: PrivateDocker, names: StandInNames): Promise<void> {
  const nobody = 65_534;
  const recipes: Readonly<Record<string, Recipe>> = {
    [names.proxy]: {
      from: 'scratch',
      programs: { ...node, ...bash },
      files: { '/socket-proxy': join(HERE, 'socket-proxy.mjs'), '/healthcheck': join(HERE, 'probe.sh') },
      lines: ['WORKDIR /', `USER ${nobody}:${nobody}`, 'ENTRYPOINT ["/socket-proxy"]'],
    },
    [names.grafana]: {
      from: 'scratch',
      programs: { ...node, ...bash },
      files: {
        '/run.sh': join(HERE, 'grafana.sh'),
        '/run.mjs': join(HERE, 'grafana.mjs'),
        '/usr/bin/wget': join(HERE, 'probe.sh'),
      },
      volume: { path: '/var/lib/grafana', uid: 472 },
      lines: ['USER 472', 'ENTRYPOINT ["/run.sh"]'],
    },
    [names.prometheus]: {
      from: 'scratch',
      programs: {
        ...bash,
        '/bin/prometheus': program('prometheus'),
        '/bin/promtool.real': program('promtool'),
      },
      files: { '/bin/promtool': join(HERE, 'probe.sh') },
      volume: { path: '/prometheus', uid: nobody },
      lines: [`USER ${nobody}`, 'ENTRYPOINT ["/bin/prometheus"]'],
    },
    [names.alertmanager]: {
      from: 'scratch',
      programs: {
        '/bin/alertmanager': program('prometheus-alertmanager', 'alertmanager'),
        '/bin/amtool': program('amtool'),
      },
      // Debian's program has its own templates outside of itself.
      files: existing('/usr/share/prometheus/alertmanager'),
      volume: { path: '/alertmanager', uid: nobody },
      lines: [`USER ${nobody}`, 'ENTRYPOINT ["/bin/alertmanager"]'],
    },
    [WEBHOOK_IMAGE]: {
      from: 'scratch',
      programs: node,
      files: { '/webhook.mjs': join(HERE, 'webhook.mjs') },
      lines: ['ENTRYPOINT ["/webhook.mjs"]'],
    },
  };
  // One after the other: each sends a hundred megabytes to the engine.
  for (const [name, recipe] of Object.entries(recipes)) await build(engine, name, recipe);
}

/** Makes the base image of the Dockerfile, under its pinned name, and then the image of pgvigil by the Dockerfile. */
export async function buildPgvigil(
  engine: PrivateDocker,
  base: string,
  tag: string,
  root: string,
): Promise<void> {
  const npm = realpathSync(program('npm'));
  const registry = await must(program('npm'), ['config', 'get', 'registry'], { cwd: tmpdir() });
  await build(engine, base, {
    from: await engine.debianImage(),
    files: {
      '/usr/local/bin/node': process.execPath,
      '/usr/local/lib/node_modules/npm': dirname(dirname(npm)),
      ...existing(CERTIFICATES),
    },
    texts: {
      '/usr/local/etc/npmrc': [
        `registry=${registry}`,
        existsSync(CERTIFICATES) ? `cafile=${CERTIFICATES}` : '',
        '',
      ].join('\n'),
    },
    lines: ['RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm', 'CMD ["node"]'],
  });
  // The private engine has no way out of its networks: the packages come by the network of the machine.
  await engine.docker('build', '--network', 'host', '--tag', tag, root);
}

async function build(engine: PrivateDocker, tag: string, recipe: Recipe): Promise<void> {
  const { from, programs = {}, files = {}, texts = {}, volume, lines } = recipe;
  const context = mkdtempSync(join(tmpdir(), 'pgvd-image-'));
  const put = (path: string): string => {
    const target = join(context, 'root', path);
    mkdirSync(dirname(target), { recursive: true });
    return target;
  };
  try {
    for (const [path, source] of Object.entries(programs)) {
      for (const library of librariesOf(source)) cpSync(library, put(library), { dereference: true });
      cpSync(source, put(path), { dereference: true });
    }
    for (const [path, source] of Object.entries(files))
      cpSync(source, put(path), { recursive: true, dereference: true });
    for (const [path, text] of Object.entries(texts)) writeFileSync(put(path), text);
    mkdirSync(join(context, 'empty'));
    writeFileSync(
      join(context, 'Dockerfile'),
      [
        `FROM ${from}`,
        'COPY root /',
        'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        ...(volume
          ? [
              `COPY --chown=${volume.uid}:${volume.uid} empty ${volume.path}`,
              `VOLUME ${volume.path}`,
              `WORKDIR ${volume.path}`,
            ]
          : []),
        ...lines,
        '',
      ].join('\n'),
    );
    await engine.docker('build', '--quiet', '--tag', tag, context);
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
}

const existing = (path: string): Readonly<Record<string, string>> =>
  existsSync(path) ? { [path]: path } : {};

function librariesOf(path: string): readonly string[] {
  const { stdout } = spawnSync('ldd', [path], { encoding: 'utf8' });
  return stdout.match(/\/[^ \n]+(?= \(0x)/g) ?? [];
}
