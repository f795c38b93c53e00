/** What a PromQL expression names: metrics and labels with their places, and the labels of its result. */
import type { SyntaxNode } from '@lezer/common';
import type { Span } from './grafana-variables.ts';
import { argumentsOf, Expression, METRIC_NAME, operandsOf, type MetricReference } from './promql-expression.ts';

/** A name of a label in an expression, and the selected metrics of which one must have it. */
export interface LabelReference extends Span {
  readonly name: string;
  /** Names of the metrics; `undefined` where a variable or a regular expression selects them. */
  readonly metrics: readonly (string | undefined)[];
}

/** Labels of a metric; `undefined` for a metric or labels that are not known. */
export type LabelLookup = (metric: string) => ReadonlySet<string> | undefined;

/** Names in an expression. */
export interface PromqlNames {
  readonly metrics: readonly MetricReference[];
  readonly labels: readonly LabelReference[];
  /** Where the expression cannot be parsed. */
  readonly errors: readonly Span[];
  /** Labels that the result can have; `undefined` where that is open. */
  resultLabels(lookup: LabelLookup): ReadonlySet<string> | undefined;
}

const BUCKET = 'le';

function matcherLabels(expression: Expression): LabelReference[] {
  return expression.all(expression.tree.topNode, 'VectorSelector').flatMap((selector) => {
    const metric = expression.metricOf(selector);
    const metrics = [metric === undefined || expression.isOpen(metric) ? undefined : metric.name];
    const matchers = selector.getChild('LabelMatchers');
    const plain = (matchers?.getChildren('UnquotedLabelMatcher') ?? []).flatMap((matcher) => {
      const label = matcher.getChild('LabelName');
      return label === null ? [] : [{ name: expression.of(label), from: label.from, to: label.to, metrics }];
    });
    const quoted = (matchers?.getChildren('QuotedLabelMatcher') ?? []).flatMap((matcher) => {
      const label = matcher.getChild('QuotedLabelName')?.getChild('StringLiteral');
      return label ? [{ ...expression.string(label), metrics }] : [];
    });
    return [...plain, ...quoted].filter((label) => label.name !== METRIC_NAME && !expression.isOpen(label));
  });
}

function groupedLabels(expression: Expression): LabelReference[] {
  const found: LabelReference[] = [];
  const add = (owner: SyntaxNode, groupings: readonly SyntaxNode[]): void => {
    const metrics = expression.metricsBelow(owner);
    const made = expression.madeBelow(owner);
    for (const label of groupings.flatMap((grouping) => expression.labelsIn(grouping))) {
      if (!made.has(label.name)) found.push({ ...label, metrics });
    }
  };
  const root = expression.tree.topNode;
  for (const aggregate of expression.all(root, 'AggregateExpr')) {
    add(aggregate, aggregate.getChild('AggregateModifier')?.getChildren('GroupingLabels') ?? []);
  }
  for (const binary of expression.all(root, 'BinaryExpr')) {
    add(binary, binary.getChild('MatchingModifierClause')?.getChildren('GroupingLabels') ?? []);
  }
  for (const call of expression.all(root, 'FunctionCall')) {
    const name = expression.functionOf(call);
    const sources = argumentsOf(call)
      .slice(3)
      .filter((argument) => argument.name === 'StringLiteral');
    if (name !== 'label_replace' && name !== 'label_join') continue;
    const source = (name === 'label_replace' ? sources.slice(0, 1) : sources).map((one) => expression.string(one));
    const metrics = expression.metricsBelow(call);
    found.push(
      ...source.filter((one) => one.name !== '' && !expression.isOpen(one)).map((one) => ({ ...one, metrics })),
    );
  }
  return found;
}

type Labels = ReadonlySet<string> | undefined;

const EMPTY: ReadonlySet<string> = new Set();

/** Functions whose result has no labels of their argument. */
const WITHOUT_LABELS = new Set(['vector', 'time', 'scalar', 'pi']);

/** Labels that the result of a part of an expression can have; `undefined` where that is open. */
export function resultOf(expression: Expression, node: SyntaxNode, lookup: LabelLookup): Labels {
  const of = (child: SyntaxNode | undefined): Labels =>
    child === undefined ? EMPTY : resultOf(expression, child, lookup);
  switch (node.name) {
    case 'VectorSelector': {
      const metric = expression.metricOf(node);
      return metric === undefined || expression.isOpen(metric) ? undefined : lookup(metric.name);
    }
    case 'AggregateExpr':
      return aggregated(expression, node, of);
    case 'BinaryExpr':
      return joined(expression, node, of);
    case 'FunctionCall':
      return called(expression, node, of);
    case 'NumberDurationLiteral':
    case 'StringLiteral':
      return EMPTY;
    default:
      return of(operandsOf(node)[0]);
  }
}

type Of = (node: SyntaxNode | undefined) => Labels;

const union = (one: Labels, other: Labels): Labels =>
  one === undefined || other === undefined ? undefined : new Set([...one, ...other]);

const without = (labels: Labels, names: readonly string[]): Labels =>
  labels && new Set([...labels].filter((label) => !names.includes(label)));

function aggregated(expression: Expression, node: SyntaxNode, of: Of): Labels {
  const operator = expression.of(node.getChild('AggregateOp') ?? node);
  const inner = of(argumentsOf(node).at(-1));
  if (/^(?:topk|bottomk|limitk|limit_ratio)$/i.test(operator)) return inner;
  const modifier = node.getChild('AggregateModifier');
  const grouping = modifier?.getChild('GroupingLabels') ?? null;
  const names = expression.labelsIn(grouping).map(({ name }) => name);
  const isOpen = grouping !== null && expression.isOpen(grouping);
  if (modifier?.getChild('Without')) return without(inner, names);
  return isOpen ? undefined : new Set([...names, ...expression.madeBelow(node)]);
}

function joined(expression: Expression, node: SyntaxNode, of: Of): Labels {
  const [left, right] = operandsOf(node);
  if (left === undefined || right === undefined) return undefined;
  if (node.getChild('Or')) return union(of(left), of(right));
  if (node.getChild('And') || node.getChild('Unless')) return of(left);
  const hasVector = (side: SyntaxNode): boolean => expression.all(side, 'VectorSelector').length > 0;
  if (!hasVector(left)) return of(right);
  const clause = node.getChild('MatchingModifierClause');
  const [matching, copied] = clause?.getChildren('GroupingLabels') ?? [];
  const extra = new Set(expression.labelsIn(copied ?? null).map(({ name }) => name));
  if (clause?.getChild('GroupLeft')) return union(of(left), extra);
  if (clause?.getChild('GroupRight')) return union(of(right), extra);
  if (matching !== undefined && expression.isOpen(matching)) return undefined;
  const names = expression.labelsIn(matching ?? null).map(({ name }) => name);
  if (clause?.getChild('On') && node.getChild('BoolModifier') === null) return new Set(names);
  return clause?.getChild('Ignoring') ? without(of(left), names) : of(left);
}

function called(expression: Expression, node: SyntaxNode, of: Of): Labels {
  const name = expression.functionOf(node);
  const parts = argumentsOf(node);
  if (WITHOUT_LABELS.has(name)) return EMPTY;
  if (name === 'absent' || name === 'absent_over_time') return undefined;
  if (name === 'histogram_quantile') return without(of(parts[1]), [BUCKET]);
  const inner = of(name === 'quantile_over_time' ? parts[1] : parts[0]);
  return name === 'label_replace' || name === 'label_join' ? union(inner, expression.madeBelow(node)) : inner;
}

/** Parses an expression, with or without variables of Grafana. Never throws: what cannot be parsed is in `errors`. */
export function parsePromql(query: string): PromqlNames {
  const expression = new Expression(query);
  const root = expression.tree.topNode;
  const metrics = expression.all(root, 'VectorSelector').flatMap((selector) => {
    const metric = expression.metricOf(selector);
    return metric === undefined || expression.isOpen(metric) ? [] : [metric];
  });
  return {
    metrics,
    labels: [...matcherLabels(expression), ...groupedLabels(expression)],
    errors: expression.all(root, '⚠').map(({ from, to }) => ({ from, to })),
    // A comment can come first.
    resultLabels: (lookup) => {
      const [whole] = operandsOf(root);
      return whole && resultOf(expression, whole, lookup);
    },
  };
}
