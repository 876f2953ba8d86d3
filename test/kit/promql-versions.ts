/** What 2.42 and 3.x have in common: the grammar is the newest, and the shipped queries must work on both. */
import type { SyntaxNode } from '@lezer/common';

/** Functions that both have with the same meaning. A new one of 3.x, or a removed one of 2.x, is not here. */
const FUNCTIONS = new Set(
  `abs absent absent_over_time acos acosh asin asinh atan atanh avg_over_time ceil changes clamp clamp_max clamp_min
  cos cosh count_over_time day_of_month day_of_week day_of_year days_in_month deg delta deriv exp floor
  histogram_quantile hour idelta increase irate label_join label_replace last_over_time ln log10 log2 max_over_time
  min_over_time minute month pi predict_linear present_over_time quantile_over_time rad rate resets round scalar sgn
  sin sinh sort sort_desc sqrt stddev_over_time stdvar_over_time sum_over_time tan tanh time timestamp vector year`
    .split(/\s+/)
    .filter(Boolean),
);

/** Forms that 2.42 does not know, by the node of the grammar. */
const FORMS: Readonly<Record<string, string>> = {
  LimitK: 'limitk is new in 3.0',
  LimitRatio: 'limit_ratio is new in 3.0',
  AnchoredExpr: '`anchored` is new in 3.x',
  SmoothedExpr: '`smoothed` is new in 3.x',
  FillModifier: '`fill` is new in 3.x',
  TrimUpper: '`</` is new in 3.x',
  TrimLower: '`>/` is new in 3.x',
  QuotedLabelName: 'a quoted name is new in 3.0',
  QuotedLabelMatcher: 'a quoted label is new in 3.0',
};

const HAS_UNIT = /^(\d+(ms|[smhdwy]))+$/;
/** Numbers of 2.42: no underscores, and no unit. */
const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+|0x[\da-f]+)(e[+-]?\d+)?$|^[+-]?(inf|nan)$/i;

/** Why one of the versions would refuse these nodes. */
export function formProblems(nodes: readonly { node: SyntaxNode; text: string }[]): readonly string[] {
  return nodes.flatMap(({ node, text }) => {
    const form = FORMS[node.name];
    if (form !== undefined) return [form];
    switch (node.name) {
      case 'FunctionIdentifier':
        return FUNCTIONS.has(text) ? [] : [`${text}() is not in both 2.42 and 3.x`];
      case 'NumberDurationLiteral':
        return NUMBER.test(text) ? [] : [`${text} is no number for 2.42: write 4*60*60 for 4h`];
      case 'DurationExpr':
      case 'OffsetDurationExpr':
        return HAS_UNIT.test(text.replace(/^-\s*/, '')) ? [] : [`${text} is no duration for 2.42: write 5m`];
      default:
        return [];
    }
  });
}
