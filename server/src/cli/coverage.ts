import { resolve } from 'node:path';
import { CONFIG_OPTIONS } from './config-options.ts';
import type { Command, ExitCode, Given } from './command.ts';
import { coverageOf, type Coverage } from './critical-paths.ts';
import { coverageHtml } from './coverage-html.ts';
import { count } from './format-stylish.ts';
import { paintFor, type Io, type Paint } from './io.ts';
import { openRunner } from './lint.ts';
import { numberOf } from './parse-arguments.ts';
import { Progress } from './progress.ts';
import { selectFiles } from './select-files.ts';
import { table } from './table.ts';
import { writeOut } from './write-out.ts';

const MAX_LISTED = 50;

/** `telint coverage`: share of critical paths with a span. */
export const coverageCommand: Command = {
  name: 'coverage',
  summary: 'Show which critical paths have a span: handlers of requests, messages, schedules and commands.',
  operands: '[files, folders or globs]',
  options: {
    min: { help: 'Fail below this share of critical paths with a span.', value: 'percent' },
    format: {
      short: 'f',
      help: 'Format of the report (default: table).',
      value: 'name',
      choices: ['table', 'json', 'html'],
    },
    out: { short: 'o', help: 'Write the report to a file.', value: 'file' },
    ...CONFIG_OPTIONS,
  },
  notes: ['Exit codes: 0 at or above --min, 1 below it, 2 a mistake in the use or the configuration.'],
  run: (given, io) => Promise.resolve().then(() => report(given, io)),
};

function report(given: Given, io: Io): ExitCode {
  const min = numberOf(given, 'min', 100);
  const runner = openRunner(given, io);
  const progress = new Progress(io);
  const coverage = coverageOf(runner, selectFiles(runner, given.paths), (done, total) =>
    progress.step('Looking for handlers in file', done, total),
  );
  progress.done();
  const format = given.text('format') ?? 'table';
  const out = given.text('out');
  const paint: Paint = out === undefined ? paintFor(io) : (_, text) => text;
  const text =
    format === 'json'
      ? `${JSON.stringify(coverage, undefined, 2)}\n`
      : format === 'html'
        ? coverageHtml(coverage, min)
        : coverageTable(coverage, paint);
  if (out === undefined) io.out(text);
  else writeOut('--out', resolve(io.cwd, out), text);
  if (min === undefined || coverage.total.percent >= min) return 0;
  io.err(`${coverage.total.percent} % of the critical paths have a span, and --min asks for ${min} %.\n`);
  return 1;
}

function coverageTable({ total, byKind, byFile, paths, probes }: Coverage, paint: Paint): string {
  if (total.paths === 0) return 'No handler of a known framework was found.\n';
  const row = (name: string, s: Coverage['total']): string[] => [
    name,
    String(s.paths),
    String(s.withSpan),
    String(s.withMetric),
    `${s.percent} %`,
  ];
  const numbers = [1, 2, 3, 4];
  const head = ['paths', 'span', 'metric', 'covered'];
  const open = Object.entries(byFile).filter(([, share]) => share.withSpan < share.paths);
  const missing = paths.filter((p) => !p.span);
  const blocks = [
    table([['kind', ...head], ...Object.entries(byKind).map(([k, s]) => row(k, s)), row('all', total)], numbers),
  ];
  if (open.length > 0) blocks.push(table([['file', ...head], ...open.map(([f, s]) => row(f, s))], numbers));
  if (missing.length > 0) {
    const listed = missing.slice(0, MAX_LISTED).map((p) => [`${p.file}:${p.line}:${p.column}`, p.kind, p.name]);
    const more = missing.length - listed.length;
    blocks.push(
      `${paint('bold', 'Without a span')}\n${table(listed)}${more > 0 ? `\n… and ${more} more (--format json lists all)` : ''}`,
    );
  }
  if (probes > 0) blocks.push(paint('dim', `${count(probes, 'probe')} such as /healthz not counted.`));
  return `${blocks.join('\n\n')}\n`;
}
