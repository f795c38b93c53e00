import {
  labelDomains,
  seriesOf,
  type LabelDomain,
  type Series,
} from '../../eslint-plugin/src/analysis/collect-series.ts';
import { declaredDomain } from '../../eslint-plugin/src/analysis/label-domains.ts';
import { mayDefine, type DefinedMetric, type MetricUse } from '../../eslint-plugin/src/analysis/collect-inventory.ts';
import type { LabelFact } from '../../eslint-plugin/src/analysis/facts.ts';
import { relevanceOf } from '../../eslint-plugin/src/analysis/relevance.ts';
import type { TextRange } from './findings.ts';
import type { Project } from './projects.ts';
import { runInSlices } from './slices.ts';

/** A metric of the workspace, with every write that is traced to it. */
export interface IndexedMetric {
  readonly path: string;
  readonly definition: DefinedMetric;
  readonly uses: readonly IndexedUse[];
}

/** A write to a metric, and the file that it is in. */
export interface IndexedUse {
  readonly path: string;
  readonly use: MetricUse;
}

/** A span that code of the workspace starts. */
export interface IndexedSpan {
  readonly path: string;
  readonly name: string;
  readonly range: TextRange;
}

/** Metrics and spans of one workspace at one time. */
export interface MetricIndex {
  readonly metrics: readonly IndexedMetric[];
  readonly spans: readonly IndexedSpan[];
}

const SPAN_START = /\bstart(?:Active)?Span\b/;

/** What one file says of metrics and spans. */
export interface FileRows {
  readonly metrics: readonly DefinedMetric[];
  readonly uses: readonly MetricUse[];
  readonly spans: readonly IndexedSpan[];
}

/** Metrics, writes and spans of a file; undefined where its text holds none. `isUsed` says whether a text names a metric. */
export function rowsOf(project: Project, path: string, isUsed: (text: string) => boolean): FileRows | undefined {
  const { runner } = project;
  const text = runner.workspace.text(path);
  if (text === undefined || project.isIgnored(path)) return undefined;
  const startsSpans = SPAN_START.test(text);
  const defines = mayDefine(text);
  const uses = (defines || isUsed(text)) && relevanceOf(text, false).metrics;
  const facts = startsSpans || defines || uses ? runner.facts(path) : undefined;
  if (!facts) return undefined;
  const names = startsSpans ? facts.writes.filter(({ part }) => part === 'name') : [];
  return {
    metrics: defines ? facts.inventory.metrics : [],
    uses: uses ? facts.inventory.uses : [],
    spans: names.flatMap(({ valueText, range }) =>
      /^(['"`])[^$]*\1$/.test(valueText) ? [{ path, name: valueText.slice(1, -1), range }] : [],
    ),
  };
}

/** Rows of all files of a workspace, collected in slices: files that define metrics first, because only files that name what holds one can write to it. */
export async function collectRows(project: Project): Promise<Map<string, FileRows>> {
  const { workspace } = project.runner;
  const rows = new Map<string, FileRows>();
  const never = new AbortController().signal;
  function* collect(isWanted: (text: string) => boolean, isUsed: (text: string) => boolean): Generator<void> {
    for (const path of workspace.files()) {
      const text = workspace.text(path);
      if (text === undefined || !isWanted(text)) continue;
      const found = rowsOf(project, path, isUsed);
      if (found) rows.set(path, found);
      yield;
    }
  }
  await runInSlices(
    collect(mayDefine, () => true),
    never,
  );
  const isUsed = usersOf(project, rows);
  await runInSlices(
    collect((text) => !mayDefine(text), isUsed),
    never,
  );
  return rows;
}

/** Recognizes texts that can write to a metric: they name its variable or field, or what it is exported as. */
export function usersOf({ runner }: Project, rows: ReadonlyMap<string, FileRows>): (text: string) => boolean {
  const metrics = [...rows.values()].flatMap((row) => row.metrics);
  if (metrics.length === 0) return () => false;
  const names = new Set(metrics.map(({ holder }) => holder?.name.replace(/^#/, '')));
  // What nothing holds, or a default export, can have any name elsewhere.
  if (names.has(undefined)) return () => true;
  const held = [...names].map((name) => (name ?? '').replace(/\$/g, '\\$&')).join('|');
  const alias = new RegExp(`\\b(?:${held})\\s+as\\s+([\\w$]+)|export\\s+default\\s+(?:${held})\\b`, 'g');
  for (const path of runner.workspace.files())
    for (const match of (runner.workspace.text(path) ?? '').matchAll(alias)) {
      if (match[1] === undefined || match[1] === 'default') return () => true;
      names.add(match[1]);
    }
  const pattern = new RegExp(
    `(?<![\\w$])(?:${[...names].map((name) => (name ?? '').replace(/\$/g, '\\$&')).join('|')})(?![\\w$])`,
  );
  return (text) => pattern.test(text);
}

/** Joins the rows of files: every write goes to the definitions that it is traced to; `moved` has new offsets of some. */
export function joinRows(
  rows: ReadonlyMap<string, FileRows>,
  moved: ReadonlyMap<string, number> = new Map(),
): MetricIndex {
  const metrics = new Map<string, { path: string; definition: DefinedMetric; uses: IndexedUse[] }>();
  for (const [path, row] of rows)
    for (const definition of row.metrics)
      metrics.set(`${path}:${definition.range.start}`, { path, definition, uses: [] });
  for (const [path, row] of rows)
    for (const use of row.uses)
      for (const { path: home, start } of use.definitions)
        (
          metrics.get(`${home}:${start}`) ?? metrics.get(`${home}:${moved.get(`${home}:${start}`) ?? start}`)
        )?.uses.push({ path, use });
  return { metrics: [...metrics.values()], spans: [...rows.values()].flatMap((row) => row.spans) };
}

/** Values that each label of a metric can have. */
function domainsOf({ definition, uses }: IndexedMetric): ReadonlyMap<string, LabelDomain> {
  return labelDomains(
    definition,
    uses.map(({ use }) => use),
  );
}

/** Estimated number of series: the product of the label domains and the series of one label set. */
export function seriesEstimate(metric: IndexedMetric): Series {
  return seriesOf(metric.definition, domainsOf(metric), metric.uses.length > 0);
}

/** Label names of a metric: as declared, and as its writes set them. */
export function labelNamesOf({ definition, uses }: IndexedMetric): readonly string[] {
  const used = uses.flatMap(({ use }) => use.labels.map((l) => l.key));
  return [...new Set([...(definition.labelNames ?? []), ...used])].filter((key) => key !== '*' && !key.startsWith('#'));
}

/** Everything that is written under a label. */
export function labelWrites({ uses }: IndexedMetric, key: string): readonly { path: string; label: LabelFact }[] {
  return uses.flatMap(({ path, use }) => use.labels.filter((l) => l.key === key).map((label) => ({ path, label })));
}

/** The values of a label in words: "9 values", "**unbounded**: the raw request path". */
export function labelDomain(metric: IndexedMetric, key: string): string {
  const declared = declaredDomain(metric.definition.declared, key);
  if (declared?.count === undefined && labelWrites(metric, key).length === 0) return 'no write sets it';
  const domain = domainsOf(metric).get(key);
  if (!domain) return 'not stored: the definition does not declare it';
  if ('unbounded' in domain) return `**unbounded**: ${domain.unbounded}`;
  if ('unknown' in domain) return `not known: ${domain.unknown}`;
  const text = declared?.count === undefined ? '' : ` (\`${declared.text}\`)`;
  return `${domain.count} ${domain.count === 1 ? 'value' : 'values'}${text}`;
}

/** Where a cursor stands: on a metric, or on a label of it. */
export interface MetricTarget {
  readonly metric: IndexedMetric;
  readonly label?: string;
  /** Range of the name under the cursor. */
  readonly range: TextRange;
}

/** The metric or label at an offset of a file. */
export function targetAt(index: MetricIndex, path: string, text: string, offset: number): MetricTarget | undefined {
  const isIn = ({ start, end }: TextRange): boolean => start <= offset && offset <= end;
  for (const metric of index.metrics) {
    const { definition } = metric;
    if (metric.path === path && isIn(definition.range)) {
      const name = literalContent(text, definition.nameRange);
      if (name && isIn(name)) return { metric, range: name };
      for (const label of definition.labelNames ?? []) {
        const range = declaredLabel(text, definition, label);
        if (range && isIn(range)) return { metric, label, range };
      }
      return { metric, range: definition.nameRange };
    }
  }
  for (const metric of index.metrics)
    for (const { path: usePath, use } of metric.uses) {
      if (usePath !== path || !isIn(use.range)) continue;
      for (const label of use.labels) {
        const range = keyRange(text, label.key, label.range);
        if (range && isIn(range)) return { metric, label: label.key, range };
      }
      const head = text.slice(use.range.start, use.range.end).indexOf('(');
      const range = { start: use.range.start, end: use.range.start + Math.max(head, 0) };
      if (isIn(range)) return { metric, range };
    }
  return undefined;
}

/** Inside of a string literal. */
export function literalContent(text: string, { start, end }: TextRange): TextRange | undefined {
  const quote = text.charAt(start);
  return end - start >= 2 && /['"`]/.test(quote) && text.charAt(end - 1) === quote
    ? { start: start + 1, end: end - 1 }
    : undefined;
}

/** A label in the list of a definition, where the list stands in the definition itself. */
export function declaredLabel(text: string, { range, declared }: DefinedMetric, label: string): TextRange | undefined {
  if (declared) return declaredDomain(declared, label)?.keyRange;
  const source = text.slice(range.start, range.end);
  const list = /\blabelNames\s*:\s*\[/.exec(source);
  if (!list) return undefined;
  const from = list.index + list[0].length;
  const to = source.indexOf(']', from);
  for (const match of source.slice(from, to < 0 ? undefined : to).matchAll(/(['"`])([^'"`\n]*)\1/g))
    if (match[2] === label) {
      const start = range.start + from + match.index + 1;
      return { start, end: start + label.length };
    }
  return undefined;
}

/** The key in an entry of an object or an assignment (`key: v`, `'key': v`, `key`, `labels.key = v`), without quotes. */
export function keyRange(text: string, key: string, entry: TextRange): TextRange | undefined {
  const source = text.slice(entry.start, entry.end + 1);
  const name = key.replace(/[^\w]/g, '\\$&');
  const match =
    new RegExp(`^(['"]?)${name}\\1(?=\\s*(?::|,|\\}|\\(|$))`).exec(source) ??
    new RegExp(`^[\\w$.!?]*\\.${name}(?=\\s*=[^=])`).exec(source) ??
    new RegExp(`^[\\w$.!?]*\\[(['"])${name}\\1\\](?=\\s*=[^=])`).exec(source);
  if (!match) return undefined;
  const at = entry.start + match[0].lastIndexOf(key);
  return { start: at, end: at + key.length };
}
