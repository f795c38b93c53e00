import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { collectMetrics, type WorkspaceMetric } from '../checks/inventory.ts';
import { dashboardOf } from '../generate/dashboard.ts';
import { rulesOf } from '../generate/rules.ts';
import { seriesForms, usualName } from '../queries/query-series.ts';
import { UsageError, type Command, type ExitCode, type Given } from './command.ts';
import { CONFIG_OPTIONS } from './config-options.ts';
import { count } from './format-stylish.ts';
import type { Io } from './io.ts';
import { openRunner } from './lint.ts';
import { Progress } from './progress.ts';
import { relativePath, selectFiles } from './select-files.ts';
import { writeOut } from './write-out.ts';

const FOLDER = 'telint-dashboards';
/** Grafana takes no longer identifiers. */
const MAX_UID = 40;

/** `telint dashboards`: a dashboard and rules for the metrics of each package. */
export const dashboardsCommand: Command = {
  name: 'dashboards',
  summary: 'Write a Grafana dashboard and Prometheus rules for the metrics of the code.',
  operands: '[files, folders or globs]',
  options: {
    out: { short: 'o', help: `Folder to write to (default: ${FOLDER}).`, value: 'dir' },
    force: { help: 'Write over files that exist.' },
    ...CONFIG_OPTIONS,
  },
  notes: [
    'One dashboard and one rule file for each package; thresholds of the alerts are a start, to be adapted.',
    'Exit codes: 0 written, 1 no metric to show, 2 a mistake in the use or the configuration.',
  ],
  run: (given, io) => Promise.resolve().then(() => generate(given, io)),
};

function generate(given: Given, io: Io): ExitCode {
  const runner = openRunner(given, io);
  const files = new Set(selectFiles(runner, given.paths));
  const progress = new Progress(io);
  const metrics = collectMetrics(runner, (done, total) => progress.step('Collecting metrics of file', done, total));
  progress.done();
  const named = unique(metrics.filter(({ path, name }) => files.has(path) && name !== undefined));
  if (named.length === 0) {
    io.err('No metric with a constant name was found: there is nothing to show.\n');
    return 1;
  }
  const folder = resolve(io.cwd, given.text('out') ?? FOLDER);
  const written = new Map<string, string>();
  const services = Map.groupBy(named, (metric) => metric.packageName ?? basename(runner.root));
  for (const [service, own] of services) {
    const slug = service
      .replace(/[^A-Za-z0-9]+/g, '-')
      .replace(/^-|-$/g, '')
      .toLowerCase();
    const dashboard = dashboardOf(service, `telint-${slug}`.slice(0, MAX_UID), own, presenceOf(own));
    written.set(join(folder, `${slug}.json`), `${JSON.stringify(dashboard, undefined, 2)}\n`);
    written.set(join(folder, `${slug}.rules.yml`), rulesOf(slug, own));
  }
  const existing = [...written.keys()].filter((path) => existsSync(path));
  if (existing.length > 0 && !given.on('force'))
    throw new UsageError(
      `${existing.map((path) => relativePath(io.cwd, path)).join(', ')} exist already. Choose another folder with --out, or write over them with --force.`,
    );
  for (const [path, text] of written) {
    writeOut('--out', path, text);
    io.out(`${relativePath(io.cwd, path)}\n`);
  }
  io.err(`${count(named.length, 'metric')} of ${count(services.size, 'package')}.\n`);
  return 0;
}

/** A metric that several files define is shown once. */
function unique(metrics: readonly WorkspaceMetric[]): readonly WorkspaceMetric[] {
  const byName = new Map(
    metrics.toReversed().map((metric) => [`${metric.packageName ?? ''}\0${metric.name ?? ''}`, metric]),
  );
  return [...byName.values()].sort((a, b) => ((a.name ?? '') < (b.name ?? '') ? -1 : 1));
}

/** A series that tells which services and instances there are: one that is there without any event, if possible. */
function presenceOf(metrics: readonly WorkspaceMetric[]): string {
  const best = metrics.find(({ instrument }) => instrument === 'gauge') ?? metrics[0];
  const kinds = best ? seriesForms(best).map(({ kind }) => kind) : [];
  const kind = kinds.includes('histogram') ? 'count' : kinds[0];
  return (best && kind && usualName(best, kind)) ?? 'up';
}
