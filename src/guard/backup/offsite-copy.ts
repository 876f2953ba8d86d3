/** One backup that goes somewhere else. */
export interface OffsiteCopy {
  readonly directory: string;
  /** Data, checksums, manifest: in this order, for the manifest commits. */
  readonly names: readonly string[];
  readonly checksums: string;
  readonly manifest: string;
  readonly server: string;
  readonly tags: readonly string[];
  /** Where it lies below a remote: as here. */
  readonly remotePath: string;
  /** For what a program wants to keep beside its work. */
  readonly privateDirectory: string;
}
