/** Queries in rule files of Prometheus and their tests. */
import { isMap, isScalar, isSeq, parseAllDocuments, type Pair, type Scalar } from 'yaml';
import { alignString, type PositionOf } from '../source-map.ts';

/** A text with names of metrics or labels in it, and where it stands in its file. */
export interface QueryText {
  readonly text: string;
  /** File offset of an offset in the text. */
  readonly positionOf: PositionOf;
}

/** Who asks: a panel, a rule, a test of a rule. */
export interface QueryPlace {
  readonly kind: 'panel' | 'annotation' | 'variable' | 'alert' | 'recording rule' | 'rule test';
  /** Title of the panel, name of the rule. */
  readonly title: string;
}

/** An expression with everything that is about its result. */
export interface Query {
  readonly place: QueryPlace;
  /** Empty where nothing is asked yet. */
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
  readonly kind: 'dashboard' | 'rules' | 'scrapes';
  readonly queries: readonly Query[];
  readonly expected: readonly ExpectedLabels[];
  /** Labels that a configuration of Prometheus puts on what it scrapes. */
  readonly targetLabels?: readonly string[];
  /** Why the file cannot be read, and where, if so. */
  readonly error?: { readonly message: string; readonly offset: number };
}

/** Pipes and line filters of LogQL: panels of Loki keep their queries in `expr` too. */
export const LOGQL = /\}\s*(?:\||![=~]\s*["`])/;

/** Helm and Jinja write YAML with a language of their own in it, which is none before they have run. */
function isTemplate(source: string): boolean {
  return /\{\{-?\s*(?:\.|if\b|range\b|include\b|with\b|end\b|define\b|template\b|toYaml\b|else\b|\$[\w]+\s*:?=)|\{%|<%/.test(
    source,
  );
}

class YamlFile {
  readonly source: string;
  readonly contents: readonly unknown[];
  readonly error: QueryFile['error'];

  constructor(source: string) {
    this.source = source;
    const parsed = parseAllDocuments(source, { prettyErrors: false, logLevel: 'silent' });
    const documents = Array.isArray(parsed) ? parsed : [];
    const error = documents.flatMap(({ errors }) => errors)[0];
    this.error = error && !isTemplate(source) ? { message: error.message, offset: error.pos[0] } : undefined;
    this.contents = documents.map(({ contents }) => contents);
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
  // The operator of Kubernetes has the groups below `spec`.
  const groups = file.contents.flatMap((one) => [
    ...file.items(one, 'groups'),
    ...file.items(file.get(one, 'spec'), 'groups'),
  ]);
  return groups.flatMap((group) =>
    file.items(group, 'rules').flatMap((rule): Query[] => {
      const expression = file.text(file.get(rule, 'expr'));
      if (expression === undefined || LOGQL.test(expression.text)) return [];
      const record = file.text(file.get(rule, 'record'));
      const alert = file.text(file.get(rule, 'alert'));
      const added = file.pairs(rule, 'labels');
      const texts = [...added, ...file.pairs(rule, 'annotations')].map(({ value }) => file.text(value));
      return [
        {
          place: {
            kind: alert === undefined ? 'recording rule' : 'alert',
            title: (alert ?? record)?.text ?? '',
          },
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
  const tests = file.contents.flatMap((one) => file.items(one, 'tests'));
  const asQuery = (node: unknown, title: string): Query[] => {
    const expression = file.text(node);
    return expression === undefined ? [] : [{ expression, templates: [], place: { kind: 'rule test', title } }];
  };
  const queries = tests.flatMap((test) => {
    const name = file.text(file.get(test, 'name'))?.text ?? '';
    return [
      ...file.items(test, 'input_series').flatMap((series) => asQuery(file.get(series, 'series'), name)),
      ...file.items(test, 'promql_expr_test').flatMap((one) => asQuery(file.get(one, 'expr'), name)),
    ];
  });
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
    kind: 'rules',
    queries: [...queriesOfRules(file), ...queries],
    expected,
    ...(file.error === undefined ? {} : { error: file.error }),
  };
}
