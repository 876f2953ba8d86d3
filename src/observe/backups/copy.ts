import type { BackupLocation, Verification } from '../../model/backup.ts';
import type { BackupReason } from '../../model/backup-view.ts';
import type { Instant } from '../../model/time.ts';

/** One complete backup, whoever made it. */
export interface BackupCopy {
  /** Empty: of the whole server. */
  readonly datname: string;
  readonly location: BackupLocation;
  readonly finishedAt: Instant;
  /** `undefined`: not told. */
  readonly bytes: number | undefined;
  /** Decimal text, as is the oid. */
  readonly systemIdentifier: string | undefined;
  readonly oid: string | undefined;
  readonly verified: readonly Pick<Verification, 'level' | 'at' | 'result' | 'location'>[];
}

/** What one look found. */
export interface Listing {
  readonly copies: readonly BackupCopy[];
  /** What might be a backup and is not complete. */
  readonly incomplete: number;
  /** Records that cannot be read. */
  readonly unreadable?: number;
  /** Places that could not be looked at, while others could. */
  readonly unknown?: readonly BackupLocation[];
}

/** The backups of a source cannot be told; never the same as none. */
export class ListingError extends Error {
  override readonly name = 'ListingError';
  readonly reason: BackupReason;

  constructor(reason: BackupReason, message: string) {
    super(message);
    this.reason = reason;
  }
}
