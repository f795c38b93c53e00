/** Metrics and labels that dashboards and rules name, against the ones that exist. */
import { parsePromql, type LabelLookup, type PromqlNames } from '../promql.ts';
import type { Query, QueryFile, QueryText } from '../query-files.ts';

/** A metric as code defines it. */
export interface DefinedMetric {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram' | 'summary';
  readonly labels: readonly string[];
}

/** What queries may name. */
export interface Definitions {
  readonly metrics: readonly DefinedMetric[];
  /** Labels that the server of Prometheus puts on every series: job, instance and those of relabelling. */
  readonly targetLabels: readonly string[];
}

/** Something that a query names and nothing defines. */
export interface NameProblem {
  readonly kind: 'unknown-metric' | 'unknown-label' | 'cannot-parse';
  readonly path: string;
  /** Offsets in the file. */
  readonly from: number;
  readonly to: number;
  readonly name: string;
  readonly message: string;
}

/** Series that Prometheus makes itself, with the labels that are not those of the target; `undefined`: any. */
const OF_PROMETHEUS: ReadonlyMap<string, ReadonlySet<string> | undefined> = new Map([
  ['up', new Set()],
  ['scrape_duration_seconds', new Set()],
  ['scrape_samples_scraped', new Set()],
  ['scrape_samples_post_metric_relabeling', new Set()],
  ['scrape_series_added', new Set()],
  ['scrape_timeout_seconds', new Set()],
  ['scrape_sample_limit', new Set()],
  ['scrape_body_size_bytes', new Set()],
  ['ALERTS', undefined],
  ['ALERTS_FOR_STATE', undefined],
]);

type Known = Map<string, ReadonlySet<string> | undefined>;

function knownSeries({ metrics, targetLabels }: Definitions): Known {
  const known: Known = new Map();
  const add = (name: string, labels: readonly string[]): void => {
    known.set(name, new Set([...labels, ...targetLabels]));
  };
  for (const [name, labels] of OF_PROMETHEUS) {
    if (labels === undefined) known.set(name, undefined);
    else add(name, [...labels]);
  }
  for (const { name, type, labels } of metrics) {
    if (type === 'histogram') {
      add(`${name}_bucket`, [...labels, 'le']);
    } else {
      add(name, type === 'summary' ? [...labels, 'quantile'] : labels);
    }
    if (type === 'histogram' || type === 'summary') {
      add(`${name}_sum`, labels);
      add(`${name}_count`, labels);
    }
  }
  return known;
}

interface Parsed {
  readonly path: string;
  readonly query: Query;
  readonly names: PromqlNames;
}

/** Recorded series: their labels follow from their expressions, which may name one another. */
function addRecorded(known: Known, parsed: readonly Parsed[]): void {
  const recording = parsed.filter(({ query }) => query.record !== undefined);
  for (const { query } of recording) if (query.record) known.set(query.record.text, undefined);
  // Each round settles at least the rules whose sources are settled; chains are short.
  for (let round = 0; round < recording.length; round++) {
    let hasChanged = false;
    for (const { query, names } of recording) {
      const labels = names.resultLabels((name) => known.get(name));
      if (query.record === undefined || labels === undefined || known.get(query.record.text) !== undefined) continue;
      known.set(query.record.text, new Set([...labels, ...(query.addedLabels ?? [])]));
      hasChanged = true;
    }
    if (!hasChanged) return;
  }
}

const TEMPLATE_LABEL = /\{\{\s*([A-Za-z_]\w*)\s*\}\}|\$labels\.([A-Za-z_]\w*)/g;

function labelsOfTemplate(template: QueryText): { readonly name: string; readonly offset: number }[] {
  return [...template.text.matchAll(TEMPLATE_LABEL)].map((match) => {
    const name = match[1] ?? match[2] ?? '';
    return { name, offset: match.index + match[0].lastIndexOf(name) };
  });
}

class Check {
  readonly problems: NameProblem[] = [];
  readonly #known: Known;

  constructor(known: Known) {
    this.#known = known;
  }

  readonly lookup: LabelLookup = (name) => this.#known.get(name);

  add(kind: NameProblem['kind'], path: string, text: QueryText, name: string, from: number, message: string): void {
    const start = text.positionOf(from);
    this.problems.push({ kind, path, from: start, to: text.positionOf(from + name.length), name, message });
  }

  query({ path, query: { expression, templates, addedLabels = [] }, names }: Parsed): void {
    if (!/\S/.test(expression.text)) return;
    const [error] = names.errors;
    if (error !== undefined) {
      // What the parser makes of the rest is a guess: names in it would be too.
      const near = expression.text.slice(error.from, Math.max(error.to, error.from + 1));
      this.add('cannot-parse', path, expression, near, error.from, 'The query cannot be parsed here.');
      return;
    }
    for (const { name, from } of names.metrics) {
      if (!this.#known.has(name))
        this.add('unknown-metric', path, expression, name, from, `No code defines the metric \`${name}\`.`);
    }
    for (const { name, from, metrics } of names.labels) {
      if (!this.#isMissing(name, metrics)) continue;
      const owners = [...new Set(metrics)].join(', ');
      this.add('unknown-label', path, expression, name, from, `Nothing sets the label \`${name}\` on ${owners}.`);
    }
    const result = names.resultLabels(this.lookup);
    if (result === undefined) return;
    for (const template of templates) {
      for (const { name, offset } of labelsOfTemplate(template)) {
        if (result.has(name) || addedLabels.includes(name)) continue;
        const message = `The result of the query has no label \`${name}\`.`;
        this.add('unknown-label', path, template, name, offset, message);
      }
    }
  }

  /** True when all selected metrics are known and none of them has the label. */
  #isMissing(label: string, metrics: readonly (string | undefined)[]): boolean {
    if (metrics.length === 0) return false;
    return metrics.every((metric) => {
      const labels = metric === undefined ? undefined : this.#known.get(metric);
      return labels !== undefined && !labels.has(label);
    });
  }
}

/** Names in the queries of the files that nothing defines, with their places. */
export function checkQueryNames(files: readonly QueryFile[], definitions: Definitions): NameProblem[] {
  const parsed = files.flatMap(({ path, queries }) =>
    queries.map((query) => ({ path, query, names: parsePromql(query.expression.text) })),
  );
  const known = knownSeries(definitions);
  addRecorded(known, parsed);
  const check = new Check(known);
  for (const one of parsed) check.query(one);
  const alerts = new Map(
    parsed.flatMap((one) => (one.query.alert === undefined ? [] : [[one.query.alert, one] as const])),
  );
  for (const { path, expected } of files) {
    for (const { alert, labels } of expected) {
      const rule = alerts.get(alert);
      const result = rule?.names.resultLabels(check.lookup);
      if (rule === undefined || result === undefined) continue;
      for (const label of labels) {
        if (result.has(label.text) || rule.query.addedLabels?.includes(label.text)) continue;
        const message = `The alert ${alert} has no label \`${label.text}\`.`;
        check.add('unknown-label', path, label, label.text, 0, message);
      }
    }
  }
  return check.problems;
}
