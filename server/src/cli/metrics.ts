import { collectMetrics, type LabelDomain, type Series, type WorkspaceMetric } from '../checks/inventory.ts';
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
}

/** `telint metrics`: every metric of the workspace. */
export const metricsCommand: Command = {
  name: 'metrics',
  summary: 'List every metric: type, labels, number of their values, estimated time series, and where it is used.',
  operands: '[files, folders or globs]',
  options: {
    format: { help: 'Format of the list (default: table).', value: 'name', choices: ['table', 'json', 'markdown'] },
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
  return collectMetrics(runner, progress)
    .filter((m) => files.has(m.path))
    .map((m) => listed(m, runner.root, lines))
    .sort((a, b) => compare(a.name ?? '\uffff', b.name ?? '\uffff') || compare(a.defined.file, b.defined.file));
}

function listed(metric: WorkspaceMetric, root: string, lines: LinesOf): ListedMetric {
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
  };
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
    ].join('\n');
  });
  return `${blocks.join('\n\n')}\n\n${summary(metrics)}\n`;
}

function summary(metrics: readonly ListedMetric[]): string {
  const known = metrics.reduce((sum, m) => sum + ('count' in m.series ? m.series.count : 0), 0);
  const unbounded = metrics.filter((m) => 'unbounded' in m.series).length;
  const unknown = metrics.filter((m) => 'unknown' in m.series).length;
  const parts = [count(metrics.length, 'metric'), `${known.toLocaleString('en')} time series estimated`];
  if (unbounded > 0) parts.push(`${unbounded} unbounded`);
  if (unknown > 0) parts.push(`${unknown} not known`);
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
    ].map(cell);
  });
  const head = ['Metric', 'Type', 'Labels (values)', 'Time series', 'Help', 'Defined', 'Writes'];
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
