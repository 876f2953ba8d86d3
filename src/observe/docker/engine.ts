import type { EngineFacts } from '../../model/docker.ts';
import { ProtocolError } from './errors.ts';
import { asObject, asString } from './json.ts';

/** The newest API whose answers we have read; a newer engine is asked to speak this one. */
export const NEWEST_API_VERSION = '1.51';

/** Takes the answers of GET /version and GET /info; throws `ProtocolError` when they are not an engine's. */
export function parseEngine(version: unknown, info: unknown): EngineFacts {
  const apiVersion = asString(asObject(version)['ApiVersion']);
  const rootDirectory = asString(asObject(info)['DockerRootDir']);
  if (apiVersion === '') throw new ProtocolError('no API version');
  if (rootDirectory === '') throw new ProtocolError('no root directory');
  return {
    id: asString(asObject(info)['ID']),
    version: asString(asObject(version)['Version']),
    apiVersion,
    rootDirectory,
  };
}

/**
 * Takes the version that the engine offers in the header of /_ping; gives the one to pin, the older of theirs and
 * ours, or `undefined` (no pin) when they tell none. Engines refuse versions newer than their own.
 */
export function pinApiVersion(theirs: string | undefined): string | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})$/.exec(theirs ?? '');
  if (!match) return undefined;
  const [oursMajor = 0, oursMinor = 0] = NEWEST_API_VERSION.split('.').map(Number);
  const major = Number(match[1]);
  const minor = Number(match[2]);
  const older = major < oursMajor || (major === oursMajor && minor < oursMinor);
  return older ? `${major}.${minor}` : NEWEST_API_VERSION;
}
