import type { ContainerFacts, ContainerState, MountFacts, PublishedPort } from '../../model/docker.ts';
import { ProtocolError } from './errors.ts';
import { asArray, asNumber, asObject, asString, isKnownLabel, type JsonObject, textEntries } from './json.ts';

const STATES: readonly string[] = [
  'created',
  'running',
  'paused',
  'restarting',
  'removing',
  'exited',
  'dead',
] satisfies ContainerState[];

/**
 * Takes the answer of GET /containers/json?all=1; gives the containers, without inspection, skipping entries
 * without an id. Throws `ProtocolError` when it is no list.
 */
export function parseContainers(answer: unknown): readonly ContainerFacts[] {
  if (!Array.isArray(answer)) throw new ProtocolError('no list of containers');
  return answer.flatMap((entry: unknown) => {
    const raw = asObject(entry);
    const id = asString(raw['Id']);
    return id === '' ? [] : [containerFacts(id, raw)];
  });
}

function containerFacts(id: string, raw: JsonObject): ContainerFacts {
  const networks = Object.values(asObject(asObject(raw['NetworkSettings'])['Networks'])).map(asObject);
  const createdSeconds = asNumber(raw['Created']);
  return {
    id,
    name: ownName(raw['Names']) ?? id.slice(0, 12),
    image: asString(raw['Image']),
    state: containerState(raw['State']),
    createdAt: createdSeconds === undefined ? undefined : createdSeconds * 1000,
    labels: textEntries(raw['Labels'], isKnownLabel),
    mounts: asArray(raw['Mounts']).flatMap(mountFacts),
    ports: asArray(raw['Ports']).flatMap(publishedPort),
    networkMode: asString(asObject(raw['HostConfig'])['NetworkMode']),
    addresses: networks
      .flatMap((network) => [asString(network['IPAddress']), asString(network['GlobalIPv6Address'])])
      .filter((address) => address !== ''),
    networks: networksOf(raw),
    exposedPorts: asArray(raw['Ports']).flatMap(exposedPort),
    networkAliases: aliasesOf(networks),
    inspection: undefined,
  };
}

function networksOf(raw: JsonObject): ContainerFacts['networks'] {
  const networks = Object.entries(asObject(asObject(raw['NetworkSettings'])['Networks']));
  return networks.flatMap(([name, value]) => {
    const network = asObject(value);
    const address = asString(network['IPAddress']) || asString(network['GlobalIPv6Address']);
    return address === '' ? [] : [{ id: asString(network['NetworkID']) || name, address }];
  });
}

function exposedPort(entry: unknown): readonly number[] {
  const raw = asObject(entry);
  const port = asNumber(raw['PrivatePort']);
  return port === undefined || asString(raw['Type']) === 'udp' ? [] : [port];
}

/** Takes the networks of a container; gives the names under which others reach it there. */
export function aliasesOf(networks: readonly JsonObject[]): readonly string[] {
  const names = networks
    .flatMap((network) => [...asArray(network['Aliases']), ...asArray(network['DNSNames'])])
    .map(asString)
    .filter((name) => name !== '');
  return [...new Set(names)];
}

/** A container that others link to lists their names for it too, as `/other/alias`. */
function ownName(names: unknown): string | undefined {
  const all = asArray(names).map((name) => asString(name).replace(/^\//, ''));
  return all.find((name) => name !== '' && !name.includes('/'));
}

function containerState(value: unknown): ContainerState {
  const state = asString(value).toLowerCase();
  return STATES.includes(state) ? (state as ContainerState) : 'unknown';
}

function mountFacts(entry: unknown): readonly MountFacts[] {
  const raw = asObject(entry);
  const destination = asString(raw['Destination']);
  if (destination === '') return [];
  const kind = asString(raw['Type']);
  const type = kind === 'volume' || kind === 'bind' || kind === 'tmpfs' ? kind : 'other';
  const name = asString(raw['Name']);
  const volume = type === 'volume' && name !== '' ? name : undefined;
  return [{ type, volume, source: asString(raw['Source']), destination }];
}

function publishedPort(entry: unknown): readonly PublishedPort[] {
  const raw = asObject(entry);
  const hostPort = asNumber(raw['PublicPort']);
  const containerPort = asNumber(raw['PrivatePort']);
  const transport = asString(raw['Type']);
  if (hostPort === undefined || containerPort === undefined || (transport !== 'tcp' && transport !== ''))
    return [];
  return [{ hostAddress: asString(raw['IP']), hostPort, containerPort }];
}
