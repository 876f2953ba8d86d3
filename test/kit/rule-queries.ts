/** Every query of the shipped rules: their expressions, and those in the templates of their annotations. */
import { parseQuery, type Query } from './promql.ts';
import { type RuleText, readGroups, ruleFiles } from './rules.ts';
import { templateQueries } from './template-queries.ts';

export interface RuleQuery {
  /** For the name of a test. */
  readonly name: string;
  readonly rule: RuleText;
  /** `expr`, or the annotation whose template asks. */
  readonly place: string;
  readonly query: Query;
}

/** Each once: rules of several severities share their annotations. */
export function ruleQueries(): readonly RuleQuery[] {
  const found = ruleFiles().flatMap((file) =>
    readGroups(file).flatMap(({ rules }) => rules.flatMap((rule) => queriesOf(rule))),
  );
  return found.filter((one, index) => found.findIndex((other) => isSame(one, other)) === index);
}

function queriesOf(rule: RuleText): RuleQuery[] {
  const subject = rule.record ?? `${rule.alert} (${rule.labels?.['severity']})`;
  const inTemplates = Object.entries(rule.annotations ?? {}).flatMap(([annotation, template]) =>
    templateQueries(template).map(({ promql }, index) => ({
      name: `${annotation}${index === 0 ? '' : ` ${index + 1}`} of ${rule.alert}`,
      rule,
      place: annotation,
      query: parseQuery(promql),
    })),
  );
  return [{ name: subject, rule, place: 'expr', query: parseQuery(rule.expr) }, ...inTemplates];
}

const isSame = (a: RuleQuery, b: RuleQuery): boolean => a.name === b.name && a.query.text === b.query.text;
