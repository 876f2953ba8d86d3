import type { BackupConnection, BackupSource, ResticRepository } from '../model/backup-source.ts';
import type { Config } from '../model/config.ts';
import { Secret } from '../model/secret.ts';

/** Every secret of a configuration, so that no output holds one. */
export function secretsOf(config: Config): readonly Secret[] {
  const servers = config.servers.flatMap(({ password, tls }) => [password, tls.key]);
  const found = [...servers, config.alertmanager.basicAuth?.password, ...config.backups.flatMap(ofSource)];
  return found.filter((secret) => secret !== undefined);
}

function ofSource(source: BackupSource): readonly (Secret | undefined)[] {
  if (source.kind === 'restic') return ofRepository(source.repository);
  if (source.kind === 'files') return ofScratch(source.restoreTest?.scratch);
  if (source.kind !== 'pgvigil') return [];
  const { connection, offsite, restoreTest } = source;
  const away =
    offsite?.tool === 'restic' ? ofRepository(offsite.repository) : Object.values(offsite?.environment ?? {});
  return [connection.password, ...away, ...ofScratch(restoreTest?.scratch)];
}

function ofRepository({ repository, password, environment }: ResticRepository): readonly Secret[] {
  // A REST server has its password in its URL.
  const inUrl = /:\/\/[^/@:]*:([^/@]+)@/.exec(repository)?.[1];
  return [password, ...(inUrl === undefined ? [] : [new Secret(inUrl)]), ...Object.values(environment)];
}

function ofScratch(scratch: BackupConnection | 'embedded' | undefined): readonly (Secret | undefined)[] {
  return scratch === undefined || scratch === 'embedded' ? [] : [scratch.password];
}
