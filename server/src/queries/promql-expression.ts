/** A parsed PromQL expression: its tree, and the names that stand in it. */
import type { SyntaxNode, Tree } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';
import { substituteVariables, type Span } from './grafana-variables.ts';

/** A name of a metric in an expression. */
export interface MetricReference extends Span {
  readonly name: string;
}

/** The label that holds the name of a metric. */
export const METRIC_NAME = '__name__';

/** An expression, with or without variables of Grafana; its offsets are those of the original text. */
export class Expression {
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

/** Children of a node. */
export function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) children.push(child);
  return children;
}

/** Arguments of a call or an aggregation. */
export function argumentsOf(call: SyntaxNode): SyntaxNode[] {
  const body = call.getChild('FunctionCallBody');
  return body === null ? [] : childrenOf(body).filter(({ type }) => type.is('Expr'));
}

/** Parts of an operator that are expressions. */
export function operandsOf(node: SyntaxNode): SyntaxNode[] {
  return childrenOf(node).filter(({ type }) => type.is('Expr'));
}
