import { stringify } from 'yaml';
import { grafanaRule } from './grafana-rule.ts';
import { type AlertGroup, type RuleFile, readAlertGroups } from './read-rules.ts';

/** The folder of the dashboards; the provisioning of dashboards names the same. */
export const FOLDER = 'pgvigil';

const HEAD = `# The alerts of prometheus/rules as alerts that Grafana evaluates. Made from them by \`npm run generate\`; do not edit.
# Switched off twice: nothing mounts this directory, and every rule is paused. Only one evaluator may notify:
# docs/grafana.md says how to choose, and what is lost.
`;

/** The text of the file that Grafana reads alert rules from. */
export function alertingDocument(files: readonly RuleFile[]): string {
  const groups = readAlertGroups(files);
  const names = groups.flatMap(({ rules }) => rules.map(({ alert }) => alert));
  const isOnly = (alert: string): boolean => names.indexOf(alert) === names.lastIndexOf(alert);
  const document = { apiVersion: 1, groups: groups.map((group) => grafanaGroup(group, isOnly)) };
  return HEAD + stringify(document, { lineWidth: 110, aliasDuplicateObjects: false });
}

function grafanaGroup({ name, rules }: AlertGroup, isOnly: (alert: string) => boolean): object {
  return {
    orgId: 1,
    name,
    folder: FOLDER,
    // The shortest that Grafana evaluates at.
    interval: '10s',
    rules: rules.map((rule) => grafanaRule(rule, { isOnly: isOnly(rule.alert) })),
  };
}
