import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BackupManifest, Verification } from '../../model/backup.ts';
import { decodeManifest, encodeManifest } from '../../observe/backups/own/manifest-codec.ts';
import { writeDurably } from '../backup/publish.ts';

/** The proofs of a manifest with a new one: the last of each level and place, for the ones before say nothing more. */
export function withVerification(
  { verified }: Pick<BackupManifest, 'verified'>,
  added: Verification,
): readonly Verification[] {
  const others = verified.filter(
    ({ level, location }) => level !== added.level || location !== added.location,
  );
  return [...others, added];
}

/** Writes a proof into a manifest: after a crash at any moment the old or the new one is there. Rejects with what the disk throws. */
export async function recordVerification(
  { directory, manifestName }: { readonly directory: string; readonly manifestName: string },
  added: Verification,
): Promise<void> {
  const manifest = decodeManifest(await readFile(join(directory, manifestName), 'utf8'));
  const after: BackupManifest = { ...manifest, verified: withVerification(manifest, added) };
  await writeDurably(directory, manifestName, encodeManifest(after));
}
