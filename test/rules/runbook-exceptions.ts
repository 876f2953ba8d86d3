/** Commands of the runbooks that the tests do not run, each with the reason. */
export const NOT_RUN: readonly { readonly command: RegExp; readonly reason: string }[] = [
  {
    command: /ALTER DATABASE "other_name" RENAME TO "shop"/,
    reason: 'needs a database that was renamed; the one it would become is there',
  },
  {
    command: /ALTER DATABASE shop_restored RENAME TO shop/,
    reason: 'the database is not lost here, so its name is taken',
  },
  { command: /^systemctl|^journalctl/, reason: 'the machine of the tests has no systemd' },
  { command: /^du .* \/ /, reason: 'reads the whole disk of whoever runs the tests' },
  {
    command: /^docker exec pgvigil-backup pgvigil (backup|restore-test) /,
    reason: 'no backups are configured here; tests of their own make and restore some',
  },
];
