/** A helper process goes when its parent is gone, and not before. */
export function stayWithParent(): void {
  // Ctrl-C and a service manager signal the whole group: the parent decides when we go, after its last write.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  process.on('disconnect', () => process.exit(0));
}
