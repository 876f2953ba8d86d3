import type { Cause } from '../../../model/cause.ts';
import { text } from '../facts.ts';
import type { Subject } from '../subject.ts';
import { short } from '../text.ts';
import { commands } from './commands.ts';

const STOP_WRITING =
  'Stop everything that writes: the application, its migrations, its jobs. Do not create the database again, and prune nothing.';
const LOOK_AROUND = `Look for the data in orphaned and anonymous volumes: ${commands.dangling()}`;
const checkMount = (subject: Subject): string => `Check what is mounted where: ${commands.mounts(subject)}`;
const restore = (subject: Subject): string =>
  `Restore the last good backup under another name, look at it, put it in place, then: ${commands.accept(subject)}`;
const restoreServer = (subject: Subject): string =>
  `Restore the last good backup into a new volume, look at it, point the server to it, then: ${commands.accept(subject)}`;
const readLog = (subject: Subject): string =>
  `Read why in the log of the container: ${commands.logs(subject)}`;
const start = (subject: Subject): string => `Start it again: ${commands.start(subject)}`;

/** What to do first, in order; a command stands between backticks, and nothing in it destroys what may be left. */
export const FIRST_STEPS = {
  volume_removed: (subject) => [
    subject.incident.trigger === 'deleted_behind_docker'
      ? `Do not stop the server while it still answers: it holds the deleted files open. Dump it to another disk: ${commands.dump(subject)}`
      : STOP_WRITING,
    LOOK_AROUND,
    checkMount(subject),
    restoreServer(subject),
  ],
  volume_not_mounted: (subject) => [
    `Stop everything that writes: it writes to the wrong place. Remove no volume and prune nothing.`,
    checkMount(subject),
    `Mount volume ${volumeOf(subject)} at the data directory again and start the server; in Compose: \`volumes: { data: { name: ${commands.volume(subject)}, external: true } }\``,
    `If the new place was intended: ${commands.accept(subject)}`,
  ],
  cluster_reinitialized: (subject) => [
    STOP_WRITING,
    LOOK_AROUND,
    checkMount(subject),
    restoreServer(subject),
  ],
  database_dropped: (subject) => [
    STOP_WRITING,
    `Find out who dropped it, and whether it happens again: ${commands.whoDropped(subject)}`,
    restore(subject),
  ],
  database_recreated: (subject) => [
    'Stop everything that writes: the application, its migrations, its jobs.',
    `Look at what the new one holds, it may be empty: ${commands.tables(subject)}`,
    restore(subject),
  ],
  database_renamed: (subject) => [
    `If it was not intended, rename it back with nobody connected: ${commands.rename(subject, nameNow(subject))}`,
    `If it was intended, change databases.expect in pgvigil.yml where the old name stands, then: ${commands.accept(subject)}`,
  ],
  data_files_deleted: (subject) => [
    'Stop everything that writes. Do not restart the server: it may still hold deleted files open.',
    `Save what is left of the data directory to another disk: ${commands.save(subject)}`,
    `Check the mount, and look for the data in orphaned volumes: ${commands.mounts(subject)} and ${commands.dangling()}`,
    restore(subject),
  ],
  interrupted_drop: (subject) => [
    `Find out whether it was meant to be dropped: ${commands.whoDropped(subject)}`,
    'What is left of it cannot be used: PostgreSQL lets nobody in any more. Without a backup, copy the data directory before the next step.',
    `Finish the drop: ${commands.drop(subject)}`,
    restore(subject),
  ],
  corruption: (subject) => [
    'Stop everything that writes, then stop the server and copy its whole data directory to another disk.',
    "Look for a sick disk: `dmesg -T | grep -iE 'i/o error|nvme|ata|ext4|xfs'`",
    'Repair nothing in place: no pg_resetwal, no VACUUM FULL, no REINDEX before there is a copy.',
    restoreServer(subject),
  ],
  disk_full: (subject) => {
    const on = text(subject.facts('disk_full', 'inodes_used_up'), 'mountpoint');
    return [
      `See what fills ${noCommand(on ?? 'the disk')}: \`df -h\`, \`df -i\` and \`docker system df\``,
      'Make room with what is no data: old logs, `docker image prune`. Touch nothing in the data directory, not pg_wal, and prune no volumes.',
      `Once there is room, start the server if it stopped: ${commands.start(subject)}`,
    ];
  },
  container_removed: (subject) => [
    `Check that the volume with the data is still there, and prune nothing: \`docker volume ls\``,
    'Start the server again on the same volume, from its Compose file: `docker compose up -d`',
    `See that the right volume is mounted: ${commands.mounts(subject)}`,
  ],
  container_stopped: (subject) => [readLog(subject), start(subject)],
  oom_killed: (subject) => [
    readLog(subject),
    'Give it more memory, or make it need less: lower shared_buffers, work_mem or max_connections.',
    start(subject),
  ],
  crash_loop: (subject) => [
    readLog(subject),
    `Stop it while you look, and delete nothing in its data directory: ${commands.stop(subject)}`,
    'Check the space and the rights of the data directory: `df -h` and `ls -ln`',
  ],
  host_rebooted: (subject) => [
    start(subject),
    `Let it come back by itself after the next boot: ${commands.restartPolicy(subject)}`,
  ],
  docker_restarted: (subject) => [
    'Check that Docker runs: `systemctl status docker`',
    start(subject),
    `Let it come back by itself the next time: ${commands.restartPolicy(subject)}`,
  ],
  access_lost: () => [
    'Check that the role of pgvigil exists, may log in and has a free connection: `psql -h HOST -U postgres -c "\\du+"`',
    'Check its password in pgvigil.yml and its line in pg_hba.conf.',
    'Give the role back what it needs: `psql -h HOST -U postgres -f postgres/role.sql`',
  ],
  network: () => [
    'Check the way from this machine: `getent hosts HOST` and `pg_isready -h HOST -p PORT`',
    'Check the firewall and the Docker network between the two.',
  ],
  unknown: (subject) => {
    if (subject.incident.kind === 'database_shrunk') return lostRows(subject);
    return subject.incident.needsAcceptance
      ? [
          STOP_WRITING,
          LOOK_AROUND,
          checkMount(subject),
          subject.datname === undefined ? restoreServer(subject) : restore(subject),
        ]
      : [
          `See whether it runs: \`docker ps -a\` and ${commands.logs(subject)}`,
          'Check the space on its disk: `df -h`',
          'Check the way from this machine: `pg_isready -h HOST -p PORT`',
        ];
  },
} as const satisfies Record<Cause, (subject: Subject) => readonly string[]>;

const lostRows = (subject: Subject): readonly string[] => [
  'Stop everything that writes: the application, its migrations, its jobs.',
  `See which tables are gone or empty: ${commands.tables(subject)}`,
  `Find out who did it: ${commands.whoDeleted(subject)}`,
  restore(subject),
];

const volumeOf = ({ volume }: Subject): string =>
  volume === undefined ? 'with the data' : noCommand(short(volume));

/** A name between commands may not look like one. */
const noCommand = (name: string): string => name.replaceAll('`', "'");

function nameNow({ facts }: Subject): string | undefined {
  const now = facts('renamed_to')['after'];
  return typeof now === 'string' ? now : undefined;
}
