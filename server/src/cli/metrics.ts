import type { LabelDomain, Series } from '../../../eslint-plugin/src/analysis/collect-series.ts';
import { collectMetrics, type WorkspaceMetric } from '../checks/inventory.ts';
import { indexed } from '../checks/checks.ts';
import { QueryLinks } from '../queries/query-links.ts';
import { collectQueries } from '../queries/query-store.ts';
import type { Runner } from '../runner.ts';
import { CONFIG_OPTIONS } from './config-options.ts';
import type { Command, ExitCode, Given } from './command.ts';
import { count } from './format-stylish.ts';
import { paintFor, type Io, type Paint } from './io.ts';
import { openRunner } from './lint.ts';
import { Progress } from './progress.ts';
import { LinesOf } from './results.ts';
import { relativePath, selectFiles } from './select-files.ts';
import { table } from './table.ts';

/** A place in a file, 1-based. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A metric as `telint metrics --format json` lists it. */
export interface ListedMetric {
  /** Null where the name is not a constant. */
  readonly name: string | null;
  readonly type: string;
  readonly library: 'prom' | 'otel';
  readonly help: string | null;
  readonly package: string | null;
  readonly labels: Readonly<Record<string, LabelDomain>>;
  readonly series: Series;
  readonly defined: Place;
  readonly used: readonly (Place & { readonly method: string })[];
  /** Panels, rules and other queries that ask for it; null where the workspace has no queries. */
  readonly queried: readonly Asker[] | null;
}

/** Who asks for a metric, and where. */
export interface Asker extends Place {
  /** `panel`, `alert`, `recording rule`, `variable`, `annotation` or `rule test`. */
  readonly kind: string;
  readonly title: string;
}

/** `telint metrics`: every metric of the workspace. */
export const metricsCommand: Command = {
  name: 'metrics',
  summary:
    'List every metric: type, labels, number of their values, estimated time series, where it is written, and what queries it.',
  operands: '[files, folders or globs]',
  options: {
    format: {
      short: 'f',
      help: 'Format of the list (default: table).',
      value: 'name',
      choices: ['table', 'json', 'markdown'],
    },
    ...CONFIG_OPTIONS,
  },
  notes: ['Files, folders and globs choose the definitions; writes are looked for in the whole workspace.'],
  run: (given, io) => Promise.resolve().then(() => list(given, io)),
};

function list(given: Given, io: Io): ExitCode {
  const runner = openRunner(given, io);
  const progress = new Progress(io);
  const metrics = listMetrics(runner, given.paths, (done, total) =>
    progress.step('Collecting metrics of file', done, total),
  );
  progress.done();
  const format = given.text('format') ?? 'table';
  if (format === 'json') io.out(`${JSON.stringify(metrics, undefined, 2)}\n`);
  else if (format === 'markdown') io.out(markdown(metrics));
  else io.out(metricsTable(metrics, paintFor(io)));
  return 0;
}

/** Metrics that the given files define, sorted by name. */
export function listMetrics(
  runner: Runner,
  args: readonly string[],
  progress?: (done: number, total: number) => void,
): readonly ListedMetric[] {
  const files = new Set(selectFiles(runner, args));
  const lines = new LinesOf((path) => runner.workspace.text(path));
  const metrics = collectMetrics(runner, progress);
  const queries = collectQueries(runner.workspace.root);
  const links = new QueryLinks(metrics.map(indexed), queries, runner.workspace);
  const hasQueries = queries.files.some((file) => file.queries.length > 0);
  return metrics
    .filter((m) => files.has(m.path))
    .map((m) => listed(m, runner.root, lines, hasQueries ? links : undefined))
    .sort((a, b) => compare(a.name ?? '\uffff', b.name ?? '\uffff') || compare(a.defined.file, b.defined.file));
}

function listed(metric: WorkspaceMetric, root: string, lines: LinesOf, links: QueryLinks | undefined): ListedMetric {
  const place = (path: string, start: number): Place => ({
    file: relativePath(root, path),
    ...lines.of(path).positionAt(start),
  });
  return {
    name: metric.name ?? null,
    type: metric.instrument,
    library: metric.library,
    help: metric.help ?? null,
    package: metric.packageName ?? null,
    labels: Object.fromEntries(metric.labels),
    series: metric.series,
    defined: place(metric.path, metric.nameRange.start),
    used: metric.uses
      .map((use) => ({ ...place(use.path, use.range.start), method: use.method }))
      .sort((a, b) => compare(a.file, b.file) || a.line - b.line),
    queried: links ? askers(metric, links, place) : null,
  };
}

/** Each panel and rule once. */
function askers(
  metric: WorkspaceMetric,
  links: QueryLinks,
  place: (path: string, start: number) => Place,
): readonly Asker[] {
  const own = links.metricAt(metric.path, metric.range.start);
  const rows = new Map<string, Asker>();
  for (const { file, range, query } of own ? links.asked(own) : []) {
    const { kind, title } = query?.place ?? { kind: 'rule test', title: '' };
    const key = `${file.path}\0${kind}\0${title}`;
    if (!rows.has(key)) rows.set(key, { ...place(file.path, range.start), kind, title });
  }
  return [...rows.values()];
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function metricsTable(metrics: readonly ListedMetric[], paint: Paint): string {
  if (metrics.length === 0) return 'No metric definition was found.\n';
  const blocks = metrics.map((m) => {
    const head = `${paint('bold', m.name ?? '(name is not a constant)')}  ${m.type}  ${seriesText(m.series)}`;
    const labels = Object.entries(m.labels).map(([key, domain]) => [
      `  ${key === '*' ? '(other labels)' : key}`,
      ...domainText(domain),
    ]);
    return [
      head,
      ...(labels.length > 0 ? [table(labels)] : []),
      paint('dim', `  defined ${placeText(m.defined)}`),
      paint('dim', `  ${m.used.length === 0 ? 'no write found' : `written ${m.used.map(placeText).join(', ')}`}`),
      ...(m.queried ? [paint('dim', `  ${queriedText(m.queried)}`)] : []),
    ].join('\n');
  });
  return `${blocks.join('\n\n')}\n\n${summary(metrics)}\n`;
}

function queriedText(queried: readonly Asker[]): string {
  if (queried.length === 0) return 'no query asks for it';
  return `queried by ${queried.map((one) => `${one.kind} "${one.title}" ${placeText(one)}`).join(', ')}`;
}

function summary(metrics: readonly ListedMetric[]): string {
  const known = metrics.reduce((sum, m) => sum + ('count' in m.series ? m.series.count : 0), 0);
  const unbounded = metrics.filter((m) => 'unbounded' in m.series).length;
  const unknown = metrics.filter((m) => 'unknown' in m.series).length;
  const parts = [count(metrics.length, 'metric'), `${known.toLocaleString('en')} time series estimated`];
  if (unbounded > 0) parts.push(`${unbounded} unbounded`);
  if (unknown > 0) parts.push(`${unknown} not known`);
  const idle = metrics.filter(({ queried }) => queried?.length === 0).length;
  if (idle > 0) parts.push(`${idle} that nothing queries`);
  return parts.join(', ');
}

function markdown(metrics: readonly ListedMetric[]): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
  const rows = metrics.map((m) => {
    const labels = Object.entries(m.labels).map(([key, domain]) => `\`${key}\` (${domainText(domain)[0]})`);
    return [
      m.name === null ? 'not a constant' : `\`${m.name}\``,
      m.type,
      labels.join(', '),
      seriesText(m.series),
      m.help ?? '',
      placeText(m.defined),
      String(m.used.length),
      m.queried ? String(m.queried.length) : '',
    ].map(cell);
  });
  const head = ['Metric', 'Type', 'Labels (values)', 'Time series', 'Help', 'Defined', 'Writes', 'Queried by'];
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |\n`).join('');
}

function seriesText(series: Series): string {
  if ('count' in series) return `${series.count.toLocaleString('en')} time series`;
  return 'unbounded' in series ? `unbounded because ${series.unbounded}` : `not known: ${series.unknown}`;
}

function domainText(domain: LabelDomain): [string, string] {
  if ('count' in domain) return [count(domain.count, 'value'), domain.why];
  return 'unbounded' in domain ? ['unbounded', domain.unbounded] : ['not known', domain.unknown];
}

function placeText({ file, line }: Place): string {
  return `${file}:${line}`;
}
