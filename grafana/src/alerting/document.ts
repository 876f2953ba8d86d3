import { stringify } from 'yaml';
import { grafanaRule } from './grafana-rule.ts';
import { type AlertGroup, type AlertRule, type RuleFile, readAlertGroups } from './read-rules.ts';

/** The folder of the dashboards; the provisioning of dashboards names the same. */
export const FOLDER = 'pgvigil';
/** Rules of a folder differ by their titles, and the title is the label `alertname`: the milder of two lives here. */
export const FOLDER_OF_WARNINGS = 'pgvigil warnings';
/** Where Grafana notifies, Prometheus hands nothing to anybody, and its alert about that would fire for good. */
export const LEFT_OUT: readonly string[] = ['PgVigilPrometheusNotificationsFailing'];

const HEAD = `# The alerts of prometheus/rules as alerts that Grafana evaluates. Made from them by \`npm run generate\`; do not edit.
# Switched off twice: nothing mounts this directory, and every rule is paused. Only one evaluator may notify:
# docs/grafana.md says how to choose, and what is lost.
`;

/** The text of the file that Grafana reads alert rules from. */
export function alertingDocument(files: readonly RuleFile[]): string {
  const groups = readAlertGroups(files).map((group) => ({
    ...group,
    rules: group.rules.filter(({ alert }) => !LEFT_OUT.includes(alert)),
  }));
  const names = groups.flatMap(({ rules }) => rules.map(({ alert }) => alert));
  const isOnly = (alert: string): boolean => names.indexOf(alert) === names.lastIndexOf(alert);
  const document = { apiVersion: 1, groups: groups.flatMap((group) => grafanaGroups(group, isOnly)) };
  return HEAD + stringify(document, { lineWidth: 110, aliasDuplicateObjects: false });
}

/** A group in each folder that some of its rules live in. */
function grafanaGroups({ name, rules }: AlertGroup, isOnly: (alert: string) => boolean): readonly object[] {
  const folderOf = ({ alert, labels }: AlertRule): string =>
    !isOnly(alert) && labels?.['severity'] === 'warning' ? FOLDER_OF_WARNINGS : FOLDER;
  return [FOLDER, FOLDER_OF_WARNINGS]
    .map((folder) => ({ folder, inside: rules.filter((rule) => folderOf(rule) === folder) }))
    .filter(({ inside }) => inside.length > 0)
    .map(({ folder, inside }) => ({
      orgId: 1,
      name,
      folder,
      // The shortest that Grafana evaluates at.
      interval: '10s',
      rules: inside.map((rule) => grafanaRule(rule, { isOnly: isOnly(rule.alert) })),
    }));
}
