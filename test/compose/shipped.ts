import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ROOT } from '../kit/bundle.ts';

/** A service of docker-compose.monitoring.yml, as it is written. */
export interface Service {
  readonly image: string;
  readonly container_name: string;
  readonly profiles?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly networks: readonly string[];
  readonly tmpfs?: readonly string[];
  readonly user?: string;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly restart: string;
  readonly read_only: boolean;
  readonly cap_drop: readonly string[];
  readonly security_opt: readonly string[];
  readonly logging: { readonly driver: string; readonly options: Readonly<Record<string, string>> };
  readonly mem_limit?: string;
  readonly pids_limit?: number;
}

/** The whole file. */
export interface ComposeFile {
  readonly services: Readonly<
    Record<
      'pgvigil' | 'backup' | 'restore-test' | 'docker-proxy' | 'prometheus' | 'alertmanager' | 'grafana',
      Service
    >
  >;
  readonly networks: Readonly<
    Record<string, { readonly name: string; readonly external?: string; readonly internal?: boolean }>
  >;
  readonly volumes: Readonly<Record<string, { readonly name: string }>>;
}

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

export const COMPOSE_NAME = 'docker-compose.monitoring.yml';
export const composeText = read(COMPOSE_NAME);
export const composeFile = parse(composeText, { merge: true }) as ComposeFile;
export const dockerfile = read('Dockerfile');
export const envExample = read('.env.example');
export const gitIgnore = read('.gitignore');
export const guide = read('docs/compose.md');

/** The base image that the Dockerfile pins. */
export const baseImage = /^ARG NODE_IMAGE=(\S+)$/m.exec(dockerfile)?.[1] ?? '';

/** Variables of the compose file with their defaults. */
export const variables: ReadonlyMap<string, string> = new Map(
  [...composeText.matchAll(/\$\{([A-Z_]+):-([^}]*)\}/g)].map(([, name = '', value = '']) => [name, value]),
);

/** The expression by which the proxy decides about GET, `more` in place of what an owner may add. */
export function allowedGet(more = ''): RegExp {
  const flag = composeFile.services['docker-proxy'].command?.find((one) => one.startsWith('-allowGET='));
  const written = (flag ?? '').replace('-allowGET=', '').replace(/\$\{DOCKER_PROXY_MORE:-\}/, more);
  // The proxy puts these around it, without a group (wollomatic/socket-proxy, README).
  return new RegExp(`^${written}$`);
}
