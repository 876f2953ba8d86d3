// @ts-check
// The index of the runbooks, made from the rules: one line per alert, by the file its rule stands in.
import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';

/**
 * Titles by rule file, in the order of the index.
 * @type {Readonly<Record<string, string>>}
 */
const TITLES = {
  presence: 'Databases',
  identity: 'Identity',
  server: 'Servers',
  connections: 'Connections',
  volumes: 'Volumes',
  containers: 'Containers',
  storage: 'Disks',
  sizes: 'Sizes',
  backups: 'Backups',
  risks: 'Risks',
  pgvigil: 'pgvigil itself',
  monitoring: 'Prometheus and Alertmanager',
};

/**
 * Words that stand for something in the commands of all runbooks; `test/kit/runbooks.ts` fills them in.
 * @type {Readonly<Record<string, string>>}
 */
export const WORDS = {
  HOST: 'the address of the PostgreSQL server; add `-p PORT` where the port is not 5432',
  SERVER: 'the server, as the label `server` names it',
  DATABASE: 'the database, as the label `datname` names it',
  VOLUME: 'the Docker volume, as the label `volume` names it',
  OLD_VOLUME: 'another volume, in which the data still is',
  CONTAINER: 'the container of the server: `pgvigil status` names it',
  MOUNTPOINT: 'the filesystem, as the label `mountpoint` names it',
  BACKUPS: 'the source of the backups, as the label `source` names it',
  DIRECTORY: 'where these backups are: the page of pgvigil names it',
  INCIDENT: 'the incident: `pgvigil diagnose` prints its id',
};

/**
 * How a command of the runbooks is typed where pgvigil and the others are not containers of the compose file.
 * @type {Readonly<Record<string, string>>}
 */
const ELSEWHERE = {
  'docker exec pgvigil pgvigil …':
    '`pgvigil …`, as the user and with the `--config` of the pgvigil that runs',
  'docker exec pgvigil ls …': '`ls …`, with its `state.directory`; `df …` likewise',
  'docker exec pgvigil-prometheus promtool …': '`promtool …`, with the path of your `prometheus.yml`',
  'docker exec pgvigil-alertmanager amtool …': '`amtool …`, with the path of your `alertmanager.yml`',
  'docker logs --tail 50 pgvigil': '`journalctl -u pgvigil -n 50`; the others by the names of their units',
  'docker kill -s hup pgvigil': '`systemctl kill -s HUP pgvigil`; likewise',
  'docker restart pgvigil': '`systemctl restart pgvigil`; likewise',
};

/** The text of docs/runbooks/README.md. */
export function runbooksDocument() {
  const rules = new URL('../prometheus/rules/', import.meta.url);
  const files = readdirSync(rules).filter((file) => file.endsWith('.yml'));
  const unknown = files.filter(
    (file) => !(file.replace('.yml', '') in TITLES) && alertsOf(rules, file).length,
  );
  if (unknown.length > 0) throw new Error(`scripts/runbooks.js has no title for ${unknown.join(', ')}`);
  const sections = Object.entries(TITLES)
    .filter(([name]) => files.includes(`${name}.yml`))
    .map(([name, title]) => `## ${title}\n\n${table(alertsOf(rules, `${name}.yml`))}`);
  return `${intro()}\n${sections.join('\n\n')}\n`;
}

function intro() {
  const elsewhere = Object.entries(ELSEWHERE).map(([here, there]) => `| \`${here}\` | ${there} |`);
  const words = Object.entries(WORDS).map(([word, meaning]) => `| \`${word}\` | ${meaning} |`);
  return `# Runbooks

Generated from the rules by \`npm run generate\`; do not edit.

One page per alert, under its name: what it means, what it costs, how to look and what to do. Commands under
*Diagnosis* only read; those under *Mitigation* change something. \`npm test\` runs them against a real server and a
real Docker engine; what it leaves out is listed with the reason in \`test/rules/runbook-exceptions.ts\`.

SQL is for \`psql -h HOST -U postgres -d DATABASE\`. These words stand for something of yours:

| word | stands for |
|---|---|
${words.join('\n')}

Containers are called as \`docker-compose.monitoring.yml\` calls them. Without it:

| instead of | type |
|---|---|
${elsewhere.join('\n')}
`;
}

/**
 * @param {URL} directory
 * @param {string} file
 * @returns {{ alert: string, severity: string, summary: string }[]}
 */
function alertsOf(directory, file) {
  const { groups } = parse(readFileSync(new URL(file, directory), 'utf8'));
  const rules = groups.flatMap((/** @type {{ rules: any[] }} */ group) => group.rules);
  return rules
    .filter((/** @type {any} */ rule) => rule.alert !== undefined)
    .map((/** @type {any} */ rule) => ({
      alert: rule.alert,
      severity: rule.labels.severity,
      summary: rule.annotations.summary,
    }));
}

/** @param {ReturnType<typeof alertsOf>} alerts */
function table(alerts) {
  const names = [...new Set(alerts.map(({ alert }) => alert))].sort();
  const rows = names.map((name) => {
    const same = alerts.filter(({ alert }) => alert === name);
    const severities = [...new Set(same.map(({ severity }) => severity))].join(', ');
    return `| [${name}](${name}.md) | ${severities} | ${same[0]?.summary} |`;
  });
  return ['| alert | severity | |', '|---|---|---|', ...rows].join('\n');
}
