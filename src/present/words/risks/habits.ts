import type { RiskName } from '../../../model/risk.ts';
import { type Facts, named, sentence, text } from '../facts.ts';
import { inShell } from '../text.ts';
import type { RiskWords } from './risk-words.ts';

/** How the server is run: risks of its backups, its role and its container. */
export const HABIT_RISKS = {
  no_backup: {
    title: 'No backup is known',
    meaning: ({ server, facts }) =>
      `pgvigil knows of no backup of ${ofWhat(server, facts)}: whether there is one, and whether it can be restored, nobody watches.`,
    remedy: 'Let pgvigil make one every night, to another disk or machine, or tell it where yours are:',
    example: () => [
      '# pgvigil.yml',
      'backups:',
      '  - kind: pgvigil # or files, pgbackrest, wal-g, barman, restic',
      '    directory: /mnt/other-disk/pgvigil',
      "    schedule: '15 2 * * *'",
      '# and the first one at once:',
      'pgvigil backup',
    ],
  },
  backup_unverified: {
    title: 'A backup was never restored',
    meaning: ({ server, facts }) =>
      `No backup of ${ofWhat(server, facts)} was ever restored: one that nobody has read may be empty or broken.`,
    remedy: 'Restore it into a throw-away server, and let that be done every week:',
    example: () => [
      'pgvigil restore-test',
      '# pgvigil.yml, at the source of the backups:',
      "restore_test: { schedule: '0 4 * * 0' }",
    ],
  },
  backup_same_disk: {
    title: 'A backup lies on the disk of the data',
    meaning: ({ server, facts }) =>
      `The backups of ${server}${within(facts)} lie on the same disk as its data: the disk that fails, or the host that is deleted, takes both.`,
    remedy: 'Copy them to another machine after each run:',
    example: () => [
      '# pgvigil.yml, at the source of the backups:',
      'offsite:',
      '  restic: { repository: sftp:backup@OTHER_HOST:/srv/pg, password_file: /run/secrets/restic }',
    ],
  },
  superuser_monitoring: {
    title: 'pgvigil logs in as a superuser',
    meaning: ({ server, facts }) =>
      `${sentence(named('role', text(facts, 'role')))} of ${server} only has to look and could do everything: whoever finds its password can drop every database.`,
    remedy: 'Make a role that can look and nothing else, and write it into the url in pgvigil.yml:',
    example: () => [
      'psql -h HOST -U postgres -v password="$(cat secret)" -f postgres/role.sql',
      '# pgvigil.yml',
      'url: postgres://pgvigil@HOST:5432/postgres',
    ],
  },
  unbounded_container_logs: {
    title: 'The log of the container grows without a limit',
    meaning: ({ server, facts }) =>
      `The log of ${named('container', text(facts, 'container'))} (driver ${text(facts, 'log_driver') ?? 'unknown'}) grows until the disk is full, and a full disk stops ${server}.`,
    remedy: 'Set a limit; it holds for a container that is made anew on the same volume:',
    example: () => [
      '# docker-compose.yml, at the service:',
      'logging:',
      '  driver: json-file',
      "  options: { max-size: 10m, max-file: '3' }",
    ],
  },
  no_restart_policy: {
    title: 'The container has no restart policy',
    meaning: ({ server, facts }) =>
      `After a reboot or a crash ${named('container', text(facts, 'container'))} stays down, and ${server} with it.`,
    remedy: 'Give it one, now and in the Compose file:',
    example: ({ facts }) => [
      `docker update --restart unless-stopped ${inShell(text(facts, 'container'), 'CONTAINER')}`,
      '# docker-compose.yml, at the service:',
      'restart: unless-stopped',
    ],
  },
} as const satisfies Partial<Record<RiskName, RiskWords>>;

/** `simfab_dev of main`, or the server alone. */
function ofWhat(server: string, facts: Facts): string {
  const databases = text(facts, 'databases');
  return databases === undefined ? server : `${databases} of ${server}`;
}

function within(facts: Facts): string {
  const directory = text(facts, 'directory');
  return directory === undefined ? '' : ` in ${directory}`;
}
