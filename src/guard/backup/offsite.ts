import type { Offsite } from '../../model/backup-source.ts';
import type { OffsiteCopy } from './offsite-copy.ts';
import { copyByRclone } from './rclone.ts';
import { copyByRestic } from './restic.ts';
import type { StepContext } from './step.ts';

/** Copies and looks whether it is there; throws a `BackupFailure` 18 otherwise. Nothing is ever deleted there. */
export async function copyOffsite(context: StepContext, to: Offsite, copy: OffsiteCopy): Promise<void> {
  if (to.tool === 'restic') await copyByRestic(context, to, copy);
  else await copyByRclone(context, to, copy);
}
