/** Queries in the files of a workspace: dashboards of Grafana, rule files of Prometheus and their tests. */
import { parseTree, type Node as JsonNode } from 'jsonc-parser';
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Pair, type Scalar } from 'yaml';
import { alignString, type PositionOf } from './source-map.ts';

/** A text with names of metrics or labels in it, and where it stands in its file. */
export interface QueryText {
  readonly text: string;
  /** File offset of an offset in the text. */
  readonly positionOf: PositionOf;
}

/** An expression with everything that is about its result. */
export interface Query {
  readonly expression: QueryText;
  /** Texts with `{{label}}` (legends of Grafana) or `$labels.label` (annotations of alerts). */
  readonly templates: readonly QueryText[];
  /** Name under which a recording rule stores the result. */
  readonly record?: QueryText;
  /** Name of an alert, and labels that its rule adds. */
  readonly alert?: string;
  readonly addedLabels?: readonly string[];
}

/** Labels that a rule test expects of an alert. */
export interface ExpectedLabels {
  readonly alert: string;
  readonly labels: readonly QueryText[];
}

/** What a file asks of metrics. */
export interface QueryFile {
  readonly path: string;
  readonly queries: readonly Query[];
  readonly expected: readonly ExpectedLabels[];
  /** Why the file cannot be read, if so. */
  readonly error?: string;
}

const LABEL_VALUES = /^(\s*label_values\(\s*)([^]*?)(\s*,\s*)([A-Za-z_]\w*)\s*\)\s*$/;

/** Pipes and line filters of LogQL: panels of Loki keep their queries in `expr` too. */
const LOGQL = /\}\s*(?:\||![=~]\s*["`])/;

const part = (whole: QueryText, from: number, to: number): QueryText => ({
  text: whole.text.slice(from, to),
  positionOf: (offset) => whole.positionOf(from + offset),
});

/** The query of a variable: `label_values(selector, label)` is a selector and a label of it. */
function variableQuery(text: QueryText): Query | undefined {
  const match = LABEL_VALUES.exec(text.text);
  if (match === null) return undefined;
  const [, opening = '', selector = '', comma = '', label = ''] = match;
  const start = opening.length + selector.length + comma.length;
  const name = part(text, start, start + label.length);
  const template: QueryText = {
    text: `{{${name.text}}}`,
    positionOf: (offset) => name.positionOf(Math.max(0, offset - 2)),
  };
  return { expression: part(text, opening.length, opening.length + selector.length), templates: [template] };
}

/** Queries of a dashboard: panels at any depth, annotations and variables. */
export function queriesOfDashboard(path: string, source: string): QueryFile {
  const root = parseTree(source);
  if (root === undefined) return { path, queries: [], expected: [], error: 'is no JSON' };
  const queries: Query[] = [];
  const field = (object: JsonNode, name: string): QueryText | undefined => {
    const value = object.children?.find(({ children }) => children?.[0]?.value === name)?.children?.[1];
    if (value?.type !== 'string') return undefined;
    const text = value.value as string;
    return { text, positionOf: alignString(source, value.offset, text) };
  };
  const visit = (node: JsonNode): void => {
    if (node.type === 'object') {
      const expression = field(node, 'expr');
      if (expression !== undefined && /\S/.test(expression.text) && !LOGQL.test(expression.text)) {
        const legend = field(node, 'legendFormat');
        queries.push({ expression, templates: legend === undefined ? [] : [legend] });
      }
      const variable = field(node, 'type')?.text === 'query' ? field(node, 'query') : undefined;
      const asked = variable && variableQuery(variable);
      if (asked) queries.push(asked);
    }
    for (const child of node.children ?? []) visit(child);
  };
  visit(root);
  return { path, queries, expected: [] };
}

class YamlFile {
  readonly source: string;
  readonly contents: unknown;
  readonly error: string | undefined;

  constructor(source: string) {
    this.source = source;
    const document = parseDocument(source, { lineCounter: new LineCounter() });
    this.error = document.errors[0]?.message;
    this.contents = document.contents;
  }

  /** A scalar as text; block scalars begin after their header line. */
  text(node: unknown): QueryText | undefined {
    if (!isScalar(node) || typeof node.value !== 'string' || !node.range) return undefined;
    const { value } = node as Scalar<string>;
    let [start] = node.range;
    if (/^[|>]/.test(this.source.slice(start, start + 1))) start = this.source.indexOf('\n', start) + 1;
    return { text: value, positionOf: alignString(this.source, start, value) };
  }

  get(map: unknown, key: string): unknown {
    return isMap(map) ? map.get(key, true) : undefined;
  }

  items(map: unknown, key: string): readonly unknown[] {
    const list = this.get(map, key);
    return isSeq(list) ? list.items : [];
  }

  pairs(map: unknown, key: string): readonly Pair[] {
    const value = this.get(map, key);
    return isMap(value) ? value.items : [];
  }
}

function queriesOfRules(file: YamlFile): Query[] {
  return file.items(file.contents, 'groups').flatMap((group) =>
    file.items(group, 'rules').flatMap((rule): Query[] => {
      const expression = file.text(file.get(rule, 'expr'));
      if (expression === undefined) return [];
      const record = file.text(file.get(rule, 'record'));
      const alert = file.text(file.get(rule, 'alert'));
      const added = file.pairs(rule, 'labels');
      const texts = [...added, ...file.pairs(rule, 'annotations')].map(({ value }) => file.text(value));
      return [
        {
          expression,
          templates: texts.filter((text) => text !== undefined),
          addedLabels: added.flatMap(({ key }) => file.text(key)?.text ?? []),
          ...(record && { record }),
          ...(alert && { alert: alert.text }),
        },
      ];
    }),
  );
}

function queriesOfTests(file: YamlFile): Pick<QueryFile, 'queries' | 'expected'> {
  const tests = file.items(file.contents, 'tests');
  const asQuery = (node: unknown): Query[] => {
    const expression = file.text(node);
    return expression === undefined ? [] : [{ expression, templates: [] }];
  };
  const queries = tests.flatMap((test) => [
    ...file.items(test, 'input_series').flatMap((series) => asQuery(file.get(series, 'series'))),
    ...file.items(test, 'promql_expr_test').flatMap((one) => asQuery(file.get(one, 'expr'))),
  ]);
  const expected = tests.flatMap((test) =>
    file.items(test, 'alert_rule_test').flatMap((one): ExpectedLabels[] => {
      const alert = file.text(file.get(one, 'alertname'))?.text ?? '';
      const labels = file
        .items(one, 'exp_alerts')
        .flatMap((fired) => file.pairs(fired, 'exp_labels').flatMap(({ key }) => file.text(key) ?? []));
      return [{ alert, labels }];
    }),
  );
  return { queries, expected };
}

/** Queries of a rule file of Prometheus, or of a test of one. */
export function queriesOfRuleFile(path: string, source: string): QueryFile {
  const file = new YamlFile(source);
  const { queries, expected } = queriesOfTests(file);
  return {
    path,
    queries: [...queriesOfRules(file), ...queries],
    expected,
    ...(file.error === undefined ? {} : { error: file.error }),
  };
}
