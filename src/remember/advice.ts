import { StateFilesError } from './files.ts';

/** One sentence on why the state directory cannot be used, and one on what to do. */
export function adviceFor(error: unknown, directory: string): string {
  if (!(error instanceof StateFilesError)) return `cannot save to ${directory}: ${String(error)}.`;
  const other = 'or set state.directory to another one';
  switch (error.code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return `the filesystem of ${directory} is full. Free some space or inodes there, ${other}.`;
    case 'EROFS':
      return `${directory} is on a read-only filesystem. Remount it read-write, ${other}.`;
    case 'EACCES':
    case 'EPERM':
      return `${directory} may not be written. Give it to the user that pgvigil runs as, ${other}.`;
    case 'ENOTDIR':
    case 'EEXIST':
      return `${directory} is not a directory. Remove what is there, ${other}.`;
    case 'EIO':
    case 'EUCLEAN':
      return `the disk of ${directory} reports errors. Look at the kernel log, ${other}.`;
    case 'STUCK':
    case 'EXHAUSTED':
      return `the filesystem of ${directory} does not answer. Look at its disk or its server, ${other}.`;
    default:
      return `${directory} cannot be used (${error.code}: ${error.message}). Repair it, ${other}.`;
  }
}
