import { readFileSync } from 'node:fs';
import { composeFile } from './shipped.ts';
import type { Stage } from './stage.ts';

export type ServiceName = keyof typeof composeFile.services;
/** Those that are there without a profile. */
export const NAMES = (Object.keys(composeFile.services) as ServiceName[]).filter(
  (name) => composeFile.services[name].profiles === undefined,
);

/** What `docker inspect` tells of a container, as far as it is looked at. */
export interface Inspected {
  readonly Id: string;
  readonly State: {
    readonly Pid: number;
    readonly ExitCode: number;
    readonly StartedAt: string;
    readonly Health?: { readonly Status: string };
  };
  readonly Config: { readonly Env: readonly string[] };
  readonly HostConfig: {
    readonly ReadonlyRootfs: boolean;
    readonly Privileged: boolean;
    readonly CapDrop: readonly string[];
    readonly CapAdd: readonly string[] | null;
    readonly SecurityOpt: readonly string[];
    readonly Memory: number;
    readonly PidsLimit: number;
    readonly LogConfig: { readonly Type: string; readonly Config: Readonly<Record<string, string>> };
    readonly RestartPolicy: { readonly Name: string };
    readonly PortBindings: Readonly<Record<string, readonly { readonly HostIp: string }[]>> | null;
  };
  readonly Mounts: readonly { readonly Type: string; readonly Name?: string; readonly Source: string }[];
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, unknown>> };
}

/** From /proc/PID/status of the first process of a container. */
export interface ProcessStatus {
  readonly uid: string | undefined;
  readonly capabilities: readonly (string | undefined)[];
  readonly noNewPrivileges: string | undefined;
}

export async function inspect(stage: Stage, service: ServiceName): Promise<Inspected> {
  const answer = await stage.engine.docker('inspect', await stage.container(service));
  const [inspected] = JSON.parse(answer) as Inspected[];
  if (inspected === undefined) throw new Error(`${service} has no container`);
  return inspected;
}

export async function inspectAll(stage: Stage): Promise<Readonly<Record<string, Inspected>>> {
  const all = NAMES.map(async (name) => [name, await inspect(stage, name)] as const);
  return Object.fromEntries(await Promise.all(all));
}

/** Which containers these are, and since when they run. */
export function lives(all: Readonly<Record<string, Inspected>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(all).map(([name, { Id, State }]) => [name, `${Id} since ${State.StartedAt}`]),
  );
}

export function processOf({ State }: Inspected): ProcessStatus {
  const status = readFileSync(`/proc/${State.Pid}/status`, 'utf8');
  const field = (name: string): string | undefined =>
    new RegExp(`^${name}:\\s*(\\S+)`, 'm').exec(status)?.[1];
  const capabilities = ['CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'].map(field);
  return { uid: field('Uid'), capabilities, noNewPrivileges: field('NoNewPrivs') };
}
