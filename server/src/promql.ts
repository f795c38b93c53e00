/** What a PromQL expression names: metrics and labels with their places, and the labels of its result. */
import type { SyntaxNode, Tree } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';
import { substituteVariables, type Span } from './grafana-variables.ts';

/** A name of a metric in an expression. */
export interface MetricReference extends Span {
  readonly name: string;
}

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

const METRIC_NAME = '__name__';
const BUCKET = 'le';

class Expression {
  readonly text: string;
  readonly tree: Tree;
  readonly #variables: readonly Span[];

  constructor(query: string) {
    const { text, variables } = substituteVariables(query);
    this.text = text;
    this.#variables = variables;
    this.tree = parser.parse(text);
  }

  of(node: SyntaxNode): string {
    return this.text.slice(node.from, node.to);
  }

  /** True where a variable of Grafana decides about a name. */
  isOpen({ from, to }: Span): boolean {
    return this.#variables.some((variable) => variable.from < to && from < variable.to);
  }

  all(root: SyntaxNode, type: string): SyntaxNode[] {
    const found: SyntaxNode[] = [];
    root.cursor().iterate((node) => {
      if (node.name === type) found.push(node.node);
    });
    return found;
  }

  /** Content of a string without its quotes. */
  string(node: SyntaxNode): { readonly name: string } & Span {
    const from = node.from + 1;
    const isClosed = node.to > from && this.text[node.to - 1] === this.text[node.from];
    const to = isClosed ? node.to - 1 : node.to;
    return { name: this.text.slice(from, to), from, to };
  }

  /** Name of the metric of a selector, with its place; also one in `{__name__="…"}` or `{"…"}`. */
  metricOf(selector: SyntaxNode): MetricReference | undefined {
    const identifier = selector.getChild('Identifier');
    if (identifier !== null) return { name: this.of(identifier), from: identifier.from, to: identifier.to };
    const matchers = selector.getChild('LabelMatchers');
    const quoted = matchers?.getChild('QuotedLabelName')?.getChild('StringLiteral');
    if (quoted) return this.string(quoted);
    for (const matcher of matchers?.getChildren('UnquotedLabelMatcher') ?? []) {
      const [label, operator, value] = childrenOf(matcher);
      if (label && operator && value && this.of(label) === METRIC_NAME && this.of(operator) === '=')
        return this.string(value);
    }
    return undefined;
  }

  /** The metrics selected below a node; `undefined` for one that only the server knows. */
  metricsBelow(node: SyntaxNode): (string | undefined)[] {
    return this.all(node, 'VectorSelector').map((selector) => {
      const metric = this.metricOf(selector);
      return metric === undefined || this.isOpen(metric) ? undefined : metric.name;
    });
  }

  /** Labels that functions and aggregations below a node make. */
  madeBelow(node: SyntaxNode): ReadonlySet<string> {
    const made = new Set<string>();
    for (const call of this.all(node, 'FunctionCall')) {
      const name = this.functionOf(call);
      const target = argumentsOf(call)[1];
      if ((name === 'label_replace' || name === 'label_join') && target?.name === 'StringLiteral')
        made.add(this.string(target).name);
    }
    for (const aggregate of this.all(node, 'AggregateExpr')) {
      const target = argumentsOf(aggregate)[0];
      if (/^count_values/.test(this.of(aggregate)) && target?.name === 'StringLiteral')
        made.add(this.string(target).name);
    }
    return made;
  }

  functionOf(call: SyntaxNode): string {
    const name = call.getChild('FunctionIdentifier');
    return name === null ? '' : this.of(name);
  }

  labelsIn(grouping: SyntaxNode | null): ({ readonly name: string } & Span)[] {
    if (grouping === null) return [];
    const plain = grouping
      .getChildren('LabelName')
      .map((label) => ({ name: this.of(label), from: label.from, to: label.to }));
    const quoted = grouping.getChildren('QuotedLabelName').map((label) => this.string(label));
    return [...plain, ...quoted].filter((label) => !this.isOpen(label));
  }
}

function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) children.push(child);
  return children;
}

function argumentsOf(call: SyntaxNode): SyntaxNode[] {
  const body = call.getChild('FunctionCallBody');
  return body === null ? [] : childrenOf(body).filter(({ type }) => type.is('Expr'));
}

function operandsOf(node: SyntaxNode): SyntaxNode[] {
  return childrenOf(node).filter(({ type }) => type.is('Expr'));
}

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

function resultOf(expression: Expression, node: SyntaxNode, lookup: LabelLookup): Labels {
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
    resultLabels: (lookup) => (root.firstChild === null ? undefined : resultOf(expression, root.firstChild, lookup)),
  };
}
