import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { clustersOf, listBackups, listDatabases } from '../../../src/guard/restore/backups.ts';
import {
  clusterDirectory,
  databaseDirectory,
  serverDirectory,
} from '../../../src/observe/backups/own/layout.ts';
import { encodeManifest } from '../../../src/observe/backups/own/manifest-codec.ts';
import { manifestOf } from '../../kit/manifests.ts';

const STAMP = '20261127T021500Z';
const manifest = manifestOf();
const { server, datname, systemIdentifier } = manifest;

describe('the backups of a database', () => {
  let base: string;
  let directory: string;
  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'pgvigil-backups-'));
    directory = databaseDirectory(base, { server, datname, systemIdentifier });
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, `${STAMP}.dump`), 'one');
    writeFileSync(join(directory, `${STAMP}.manifest.json`), encodeManifest(manifest));
  });
  afterEach(() => rmSync(base, { recursive: true, force: true }));

  const ids = () => listBackups(base, { server, datname }).map(({ id }) => id);

  test('are found by their names', () => {
    expect(ids()).toEqual([STAMP]);
    expect(listDatabases(base, server)).toEqual([datname]);
    expect(clustersOf(base, server)).toEqual([systemIdentifier]);
  });

  test('are never what a link leads to', () => {
    for (const name of ['dump', 'manifest.json'])
      symlinkSync(join(directory, `${STAMP}.${name}`), join(directory, `20261128T021500Z.${name}`));
    const cluster = clusterDirectory(base, server, systemIdentifier);
    symlinkSync(cluster, join(serverDirectory(base, server), '7711166475015090956'));
    expect(ids()).toEqual([STAMP]);
    expect(clustersOf(base, server)).toEqual([systemIdentifier]);
  });
});
