import type { VolumeFacts } from '../../model/docker.ts';
import { ProtocolError } from './errors.ts';
import { asArray, asInstant, asObject, asString, isKnownLabel, textEntries, ZERO_TIME } from './json.ts';

/**
 * Takes the answer of GET /volumes; gives the volumes, skipping entries without a name. Throws `ProtocolError`
 * when it is no such answer: an empty list would read as "all volumes are gone".
 */
export function parseVolumes(answer: unknown): readonly VolumeFacts[] {
  const volumes = asObject(answer)['Volumes'];
  if (volumes !== null && !Array.isArray(volumes)) throw new ProtocolError('no list of volumes');
  return asArray(volumes).flatMap((entry) => {
    const raw = asObject(entry);
    const name = asString(raw['Name']);
    return name === '' ? [] : [volumeFacts(name, raw)];
  });
}

function volumeFacts(name: string, raw: Readonly<Record<string, unknown>>): VolumeFacts {
  const driver = asString(raw['Driver']);
  const labels = asObject(raw['Labels']);
  return {
    name,
    driver,
    mountpoint: asString(raw['Mountpoint']),
    createdAt: asInstant(raw['CreatedAt']),
    // Only the local driver looks at its directory; the plugins of others may simply not tell a date.
    dataMissing: driver === 'local' && asString(raw['CreatedAt']) === ZERO_TIME,
    anonymous: /^[0-9a-f]{64}$/.test(name) || 'com.docker.volume.anonymous' in labels,
    labels: textEntries(labels, isKnownLabel),
  };
}
