import { existsSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import { UsageError, type Command, type ExitCode, type Given } from './command.ts';
import { CONFIG_OPTIONS } from './config-options.ts';
import { fixFiles } from './fix-files.ts';
import { formatGithub } from './format-github.ts';
import { formatJson } from './format-json.ts';
import { count, formatStylish, type Report } from './format-stylish.ts';
import { paintFor, type Io } from './io.ts';
import { lintFiles, openRunner, scopesOf, type LintOptions } from './lint.ts';
import { wholeNumberOf } from './parse-arguments.ts';
import { withCounts } from './results.ts';
import { Baseline } from './suppressions.ts';
import { writeOut } from './write-out.ts';
import type { Runner } from '../runner.ts';
import { version } from './version.ts';

/** `telint check`: rules and checks over files. */
export const checkCommand: Command = {
  name: 'check',
  summary: 'Check the telemetry of a project: all rules, and what needs the whole workspace.',
  operands: '[files, folders or globs]',
  options: {
    format: {
      short: 'f',
      help: 'Format of the report (default: stylish).',
      value: 'name',
      choices: ['stylish', 'json', 'sarif', 'github'],
    },
    out: { short: 'o', help: 'Write the report to a file.', value: 'file' },
    ...CONFIG_OPTIONS,
    types: { help: 'Ask the TypeScript of the project about what the code alone leaves open.' },
    concurrency: { help: 'Number of threads: off (default), auto (by files and processors) or a number.', value: 'n' },
    fix: { help: 'Apply the fixes that are safe: neither the program nor its telemetry changes.' },
    quiet: { help: 'Report errors only.' },
    'max-warnings': { help: 'Fail with more warnings than this.', value: 'n' },
    'suppress-all': { help: 'Write all errors of today to the baseline, and report the others from now on.' },
    'prune-suppressions': { help: 'Take out of the baseline what is fixed.' },
    'suppressions-location': { help: 'File of the baseline (default: eslint-suppressions.json).', value: 'path' },
  },
  notes: ['Exit codes: 0 no errors, 1 errors (or too many warnings), 2 a mistake in the use or the configuration.'],
  run: (given, io) => Promise.resolve().then(() => check(given, io)),
};

async function check(given: Given, io: Io): Promise<ExitCode> {
  const suppress = given.on('suppress-all');
  const prune = given.on('prune-suppressions');
  if (suppress && prune) throw new UsageError('use either --suppress-all or --prune-suppressions.');
  const maxWarnings = wholeNumberOf(given, 'max-warnings');
  const baseline = new Baseline(io.cwd, given.text('suppressions-location'), suppress);
  if (prune && !existsSync(baseline.path))
    throw new UsageError(`--prune-suppressions: there is no ${baseline.path}. Create it with --suppress-all.`);
  const runner = openRunner(given, io);
  const scopes = scopesOf(runner, given);
  const fixed = given.on('fix') ? fixFiles(runner, given.paths, io, scopes) : 0;
  const types = given.on('types') || runner.config.settings.types;
  const typed = types ? await (await import('./lint-typed.ts')).lintTyped(runner, given.paths, io, scopes) : undefined;
  const linted = await lintFiles(runner, given.paths, io, {
    scopes,
    ...(typed ? { typed } : {}),
    threads: threadsOf(given),
  });
  if (linted.results.length + linted.skipped.length === 0) nothingChecked(runner, given.paths, io);
  if (suppress) baseline.suppressAll(linted.results);
  if (prune) baseline.prune(linted.results);
  const { results: known, unused } = baseline.apply(linted.results);
  if (unused > 0)
    io.err(
      `${count(unused, 'finding')} of the baseline no longer exist${unused === 1 ? 's' : ''}. Run \`telint check --prune-suppressions\`.\n`,
    );
  const warnings = known.reduce((n, r) => n + r.warningCount, 0);
  const errors = known.reduce((n, r) => n + r.errorCount, 0);
  const results = given.on('quiet')
    ? known.map((r) => withCounts({ ...r, messages: r.messages.filter((m) => m.severity === 2) }))
    : known;
  const out = given.text('out');
  const name = given.text('format') ?? 'stylish';
  const text = await format(name, { root: rootOf(name, io), ...linted, results, fixed, version: version() }, out, io);
  if (out !== undefined) writeOut('--out', resolve(io.cwd, out), text);
  else if (text !== '') io.out(text);
  else if (name === 'stylish' && io.outIsTerminal)
    io.out(
      `${paintFor(io)('green', `No ${given.on('quiet') ? 'errors' : 'findings'} in ${count(results.length, 'file')}.`)}\n`,
    );
  const tooMany = maxWarnings !== undefined && warnings > maxWarnings;
  if (tooMany && errors === 0) io.err(`${count(warnings, 'warning')}, and --max-warnings allows ${maxWarnings}.\n`);
  return errors > 0 || tooMany ? 1 : 0;
}

/** Number of threads that was asked for; `off` and `auto` are what ESLint calls them. */
function threadsOf(given: Given): NonNullable<LintOptions['threads']> {
  const text = given.text('concurrency') ?? 'off';
  if (text === 'auto') return text;
  if (text === 'off') return 1;
  const threads = /^[1-9][0-9]*$/.test(text) ? wholeNumberOf(given, 'concurrency') : undefined;
  if (threads === undefined)
    throw new UsageError(`--concurrency must be a number from 1, "auto" or "off", not "${text}".`);
  return threads;
}

/** A run that looks at no file is a mistake, unless all that were named are ignored, as a hook before commits can name them. */
function nothingChecked({ root, config, workspace }: Runner, paths: readonly string[], io: Io): void {
  if (paths.length > 0) {
    io.err('telint: every file that was named is left out by "ignore".\n');
    return;
  }
  const isIgnored = config.ignore.length > 0 && workspace.files().some((path) => path.startsWith(root + sep));
  throw new UsageError(
    isIgnored
      ? `"ignore" leaves out every file of ${root}.`
      : `there is no source file, dashboard or rule file in ${root}. Name the folder of the project with --cwd.`,
  );
}

/** Code hosts take paths from the root of the repository, wherever in it the command runs. */
function rootOf(format: string, { cwd, env }: Io): string {
  const repository = env['GITHUB_WORKSPACE'] ?? '';
  if (repository === '' || (format !== 'github' && format !== 'sarif')) return cwd;
  return cwd.startsWith(resolve(repository) + sep) ? resolve(repository) : cwd;
}

async function format(name: string, report: Report, out: string | undefined, io: Io): Promise<string> {
  if (name === 'json') return formatJson(report);
  if (name === 'github') return formatGithub(report);
  if (name === 'sarif') return (await import('./format-sarif.ts')).formatSarif(report);
  return formatStylish(report, out === undefined ? paintFor(io) : (_, text) => text);
}
