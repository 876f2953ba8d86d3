import type { RiskName } from '../../../model/risk.ts';
import { named, sentence, text } from '../facts.ts';
import { inShell } from '../text.ts';
import type { RiskWords } from './risk-words.ts';

/** How the server is run: risks of its backups, its role and its container. */
export const HABIT_RISKS = {
  no_backup: {
    title: 'No backup is known',
    meaning: ({ server }) =>
      `pgvigil knows of no backup of ${server}: whether there is one, and whether it can be restored, nobody watches.`,
    remedy: 'Make one every day, to another machine, and restore it now and then:',
    example: () => [
      'pg_dumpall -h HOST -U postgres --globals-only > globals.sql',
      'pg_dump -h HOST -U postgres -Fc -f DATABASE.dump DATABASE',
      'restic -r sftp:backup@OTHER_HOST:/srv/pg backup globals.sql DATABASE.dump',
    ],
  },
  backup_unverified: {
    title: 'A backup was never restored',
    meaning: ({ server }) =>
      `The newest backup of ${server} was never restored: a backup that nobody has read may be empty or broken.`,
    remedy: 'Restore it into a throw-away server and count what is in it:',
    example: () => [
      'docker run -d --name restore-test -e POSTGRES_PASSWORD=throwaway postgres:VERSION',
      'docker exec restore-test createdb -U postgres restored',
      'docker exec -i restore-test pg_restore -U postgres -d restored --exit-on-error --no-owner < DATABASE.dump',
      "docker exec restore-test psql -U postgres -d restored -c '\\dt+'",
      'docker rm -fv restore-test',
    ],
  },
  backup_same_disk: {
    title: 'A backup lies on the disk of the data',
    meaning: ({ server }) =>
      `The backup of ${server} lies on the same disk as its data: the disk that fails, or the host that is deleted, takes both.`,
    remedy: 'Copy it to another machine:',
    example: () => [
      'restic -r sftp:backup@OTHER_HOST:/srv/pg backup /path/to/backups',
      '# or',
      'rclone copy /path/to/backups REMOTE:pg',
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
