import type { Subject } from '../subject.ts';
import { inShell, inSql } from '../text.ts';

/** The commands that steps are made of, with the names of this incident; a word in capitals is to be filled in. */
export const commands = {
  accept: ({ incident }: Subject): string =>
    `\`pgvigil accept ${inShell(incident.id, 'INCIDENT')} --reason "…"\``,
  dangling: (): string => '`docker volume ls -f dangling=true`',
  mounts: ({ container }: Subject): string =>
    `\`docker inspect -f '{{json .Mounts}}' ${inShell(container, 'CONTAINER')}\``,
  logs: ({ container }: Subject): string => `\`docker logs --tail 100 ${inShell(container, 'CONTAINER')}\``,
  start: ({ container }: Subject): string => `\`docker start ${inShell(container, 'CONTAINER')}\``,
  stop: ({ container }: Subject): string => `\`docker stop ${inShell(container, 'CONTAINER')}\``,
  whoDropped: ({ container }: Subject): string =>
    `\`docker logs --since 24h ${inShell(container, 'CONTAINER')} 2>&1 | grep -i 'drop database'\``,
  whoDeleted: ({ container }: Subject): string =>
    `\`docker logs --since 24h ${inShell(container, 'CONTAINER')} 2>&1 | grep -iE 'drop (table|schema)|truncate|delete from'\``,
  save: ({ container }: Subject): string =>
    `\`docker cp ${inShell(container, 'CONTAINER')}:DATA_DIRECTORY /mnt/other-disk/\``,
  dump: ({ container }: Subject): string =>
    `\`docker exec ${inShell(container, 'CONTAINER')} pg_dumpall -U postgres > /mnt/other-disk/rescue.sql\``,
  restartPolicy: ({ container }: Subject): string =>
    `\`docker update --restart unless-stopped ${inShell(container, 'CONTAINER')}\``,
  volume: ({ volume }: Subject): string => inShell(volume, 'VOLUME'),
  rename: ({ datname }: Subject, now: string | undefined): string =>
    `\`psql -h HOST -U postgres -c 'ALTER DATABASE ${inSql(now, 'NEW')} RENAME TO ${inSql(datname, 'OLD')}'\``,
  drop: ({ datname }: Subject): string =>
    `\`psql -h HOST -U postgres -c 'DROP DATABASE ${inSql(datname, 'NAME')}'\``,
  tables: ({ datname }: Subject): string =>
    `\`psql -h HOST -U postgres -d ${inShell(datname, 'NAME')} -c '\\dt+'\``,
};
