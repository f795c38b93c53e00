/** What a PromQL expression does with metrics: functions over ranges, quantiles, conditions on labels. */
import type { SyntaxNode } from '@lezer/common';
import type { Span } from './grafana-variables.ts';
import { resultOf, type LabelLookup } from './promql.ts';
import { argumentsOf, childrenOf, Expression, METRIC_NAME, type MetricReference } from './promql-expression.ts';

/** A function over the range of a selector: `rate(x[5m])`. */
export interface RangeCall extends Span {
  readonly name: string;
  readonly metric: MetricReference;
}

/** A `histogram_quantile`, with the metrics below it. */
export interface QuantileCall extends Span {
  readonly metrics: readonly (string | undefined)[];
  /** Labels of the buckets that it gets; `undefined` where that is open. */
  readonly labels: (lookup: LabelLookup) => ReadonlySet<string> | undefined;
}

/** A condition on a label: `status=~"5.."`. The place is that of the value. */
export interface Condition extends Span {
  readonly label: string;
  readonly operator: string;
  readonly value: string;
  /** Name of the metric; `undefined` where a variable or a regular expression selects it. */
  readonly metric: string | undefined;
}

/** Functions and conditions of an expression. */
export interface PromqlCalls {
  readonly ranges: readonly RangeCall[];
  readonly quantiles: readonly QuantileCall[];
  readonly conditions: readonly Condition[];
  /** Metrics that a function for native histograms gets, or that are only asked whether they exist. */
  readonly native: ReadonlySet<number>;
}

const NATIVE = /^(?:histogram_|absent|present_over_time$|count_over_time$|changes$|timestamp$)/;

/** Functions and conditions of an expression, with or without variables of Grafana. */
export function parseCalls(query: string): PromqlCalls {
  const expression = new Expression(query);
  const root = expression.tree.topNode;
  const ranges: RangeCall[] = [];
  const quantiles: QuantileCall[] = [];
  const native = new Set<number>();
  for (const call of expression.all(root, 'FunctionCall')) {
    const name = expression.functionOf(call);
    const identifier = call.getChild('FunctionIdentifier') ?? call;
    const { from, to } = identifier;
    if (NATIVE.test(name)) for (const selector of expression.all(call, 'VectorSelector')) native.add(selector.from);
    const buckets = argumentsOf(call)[1];
    if (name === 'histogram_quantile' && buckets !== undefined)
      quantiles.push({
        from,
        to,
        metrics: expression.metricsBelow(buckets),
        labels: (lookup) => resultOf(expression, buckets, lookup),
      });
    for (const argument of argumentsOf(call)) {
      const metric = rangeOf(expression, argument);
      if (metric) ranges.push({ name, from, to, metric });
    }
  }
  return { ranges, quantiles, conditions: conditionsOf(expression), native };
}

/** The metric of `x{…}[5m]`, with or without offset. */
function rangeOf(expression: Expression, argument: SyntaxNode): MetricReference | undefined {
  const [first] = childrenOf(argument);
  if (argument.name !== 'MatrixSelector')
    return /^(?:OffsetExpr|StepInvariantExpr|ParenExpr)$/.test(argument.name) && first !== undefined
      ? rangeOf(expression, argument.name === 'ParenExpr' ? (argument.firstChild ?? first) : first)
      : undefined;
  const metric = first && expression.metricOf(first);
  return metric === undefined || expression.isOpen(metric) ? undefined : metric;
}

function conditionsOf(expression: Expression): Condition[] {
  return expression.all(expression.tree.topNode, 'VectorSelector').flatMap((selector) => {
    const named = expression.metricOf(selector);
    const metric = named === undefined || expression.isOpen(named) ? undefined : named.name;
    return (selector.getChild('LabelMatchers')?.getChildren('UnquotedLabelMatcher') ?? []).flatMap((matcher) => {
      const [label, operator, value] = childrenOf(matcher);
      if (!label || !operator || value?.name !== 'StringLiteral') return [];
      const { name: content, from, to } = expression.string(value);
      const name = expression.of(label);
      // A value that a variable of Grafana is part of is known to Grafana only.
      if (name === METRIC_NAME || expression.isOpen(matcher)) return [];
      return [{ label: name, operator: expression.of(operator), value: content, metric, from, to }];
    });
  });
}
