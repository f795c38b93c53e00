/** Every name in a file of queries, with its place in the file. */
import type { TextRange } from '../findings.ts';
import { parsePromql, type PromqlNames } from './promql.ts';
import { parseCalls, type PromqlCalls } from './promql-calls.ts';
import type { Query, QueryFile, QueryText } from './query-files.ts';

/** A name of a metric or of a label where a query has it. */
export interface QueryName {
  readonly kind: 'metric' | 'label';
  readonly name: string;
  readonly range: TextRange;
  readonly file: QueryFile;
  /** The query; what a rule test expects of an alert belongs to none. */
  readonly query: Query | undefined;
  /** In the expression itself, in a legend or annotation, as the name of a recorded series, in the labels of an alert. */
  readonly where: 'expression' | 'template' | 'record' | 'expected';
  /** Of a label: the metrics of which one must have it; `undefined` where only the server knows. */
  readonly metrics: readonly (string | undefined)[];
  /** Of an expected label: the alert that should have it. */
  readonly alert?: string;
}

const parsed = new WeakMap<Query, PromqlNames>();

/** Names of a query, parsed once. */
export function namesOf(query: Query): PromqlNames {
  let names = parsed.get(query);
  if (!names) parsed.set(query, (names = parsePromql(query.expression.text)));
  return names;
}

const parsedCalls = new WeakMap<Query, PromqlCalls>();

/** Functions and conditions of a query, parsed once. */
export function callsOf(query: Query): PromqlCalls {
  let calls = parsedCalls.get(query);
  if (!calls) parsedCalls.set(query, (calls = parseCalls(query.expression.text)));
  return calls;
}

/** Is anything asked that can be parsed? */
export function isReadable(query: Query): boolean {
  return /\S/.test(query.expression.text) && namesOf(query).errors.length === 0;
}

/** File range of a part of a text. */
export function rangeOf({ positionOf }: QueryText, from: number, to: number): TextRange {
  return { start: positionOf(from), end: positionOf(to) };
}

const TEMPLATE_LABEL = /\{\{\s*([A-Za-z_]\w*)\s*\}\}|\$labels\.([A-Za-z_]\w*)/g;

/** Labels that a legend or an annotation puts into its text. */
export function labelsOfTemplate(template: QueryText): { readonly name: string; readonly offset: number }[] {
  return [...template.text.matchAll(TEMPLATE_LABEL)].flatMap((match) => {
    const name = match[1] ?? match[2] ?? '';
    // Keywords of the templates of Prometheus, and what Grafana makes of a label itself.
    if (name === 'end' || name === 'else' || name.startsWith('__')) return [];
    return { name, offset: match.index + match[0].lastIndexOf(name) };
  });
}

const known = new WeakMap<QueryFile, readonly QueryName[]>();

/** All names of a file, in the order of its queries. */
export function queryNames(file: QueryFile): readonly QueryName[] {
  let names = known.get(file);
  if (!names)
    known.set(file, (names = [...file.queries.flatMap((query) => namesIn(file, query)), ...expectedIn(file)]));
  return names;
}

function namesIn(file: QueryFile, query: Query): QueryName[] {
  const { expression, templates, record } = query;
  const found: QueryName[] = [];
  if (record)
    found.push({
      kind: 'metric',
      name: record.text,
      range: rangeOf(record, 0, record.text.length),
      file,
      query,
      where: 'record',
      metrics: [],
    });
  if (!isReadable(query)) return found;
  const names = namesOf(query);
  for (const { name, from, to } of names.metrics)
    found.push({
      kind: 'metric',
      name,
      range: rangeOf(expression, from, to),
      file,
      query,
      where: 'expression',
      metrics: [],
    });
  for (const { name, from, to, metrics } of names.labels)
    found.push({
      kind: 'label',
      name,
      range: rangeOf(expression, from, to),
      file,
      query,
      where: 'expression',
      metrics,
    });
  const metrics = names.metrics.map(({ name }) => name);
  for (const template of templates)
    for (const { name, offset } of labelsOfTemplate(template))
      found.push({
        kind: 'label',
        name,
        range: rangeOf(template, offset, offset + name.length),
        file,
        query,
        where: 'template',
        metrics,
      });
  return found;
}

function expectedIn(file: QueryFile): QueryName[] {
  return file.expected.flatMap(({ alert, labels }) =>
    labels.map((label): QueryName => ({
      kind: 'label',
      name: label.text,
      range: rangeOf(label, 0, label.text.length),
      file,
      query: undefined,
      where: 'expected',
      metrics: [],
      alert,
    })),
  );
}
