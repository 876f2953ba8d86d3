import { alertingDocument } from './alerting/document.ts';
import type { RuleFile } from './alerting/read-rules.ts';
import { DASHBOARDS } from './dashboards.ts';

/** A file that is made from code, named from the root of the repository. */
export interface GeneratedFile {
  readonly file: string;
  readonly content: string;
}

/** Every generated file of Grafana. */
export function generatedFiles(rules: readonly RuleFile[]): readonly GeneratedFile[] {
  const dashboards = Object.values(DASHBOARDS).map((dashboard) => ({
    file: `grafana/dashboards/${dashboard.uid}.json`,
    content: `${JSON.stringify(dashboard, undefined, 2)}\n`,
  }));
  return [...dashboards, { file: 'grafana/alerting/pgvigil.yml', content: alertingDocument(rules) }];
}
