import type { OwnBackups } from '../../model/backup-source.ts';
import type { BackupNames } from '../../observe/backups/own/layout.ts';
import type { PostgresTools } from '../postgres-tools.ts';
import type { ClientFiles } from './client-files.ts';
import type { BackupServer, ServerFacts } from './server.ts';
import type { StepContext } from './step.ts';

/** What all backups of one run share. */
export interface RunContext extends StepContext {
  readonly runId: string;
  /** Of pgvigil. */
  readonly version: string;
  readonly source: OwnBackups;
  readonly facts: ServerFacts;
  readonly tools: PostgresTools;
  readonly files: ClientFiles;
  readonly server: BackupServer;
  /** What others remember, or older backups are of, is another cluster than this one. */
  readonly identityDoubted: boolean;
}

/** A backup that is committed. */
export interface Published {
  readonly directory: string;
  readonly names: BackupNames;
  readonly bytes: number;
  readonly partial: string;
}
