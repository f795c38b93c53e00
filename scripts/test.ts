/**
 * Runs every check and every test, also after a failure, and ends with one line that counts them.
 *
 * The last line counts tests. A check (types, lint, …) is no test: it adds nothing when it passes and one failure
 * when it fails, so that the line never says "0 failed" for a tree that is not in order.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setUpServices } from './lib/services.ts';
import { finalLine, totalsOf, type Step, type TestTotals } from './lib/totals.ts';

const CHECKS = [
  'typecheck',
  'lint',
  'format:check',
  'generate:check',
  'knip',
  'build',
  'check:packages',
  'typecheck:examples',
];

function runScript(script: string, ...args: string[]): Step {
  console.log(`\n▶ npm run ${script}`);
  const started = performance.now();
  const { status } = spawnSync('npm', ['run', '--silent', script, ...(args.length > 0 ? ['--', ...args] : [])], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  return { name: script, passed: status === 0, seconds: (performance.now() - started) / 1000 };
}

function runTests(script: string): { step: Step; totals: TestTotals | undefined } {
  const folder = mkdtempSync(join(tmpdir(), 'telint-test-'));
  const report = join(folder, 'report.json');
  try {
    const step = runScript(script, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`);
    return { step, totals: existsSync(report) ? totalsOf(readFileSync(report, 'utf8')) : undefined };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The packed extension in a real editor: a process of its own, because its tests run in the extension host. */
function runEditorTests(): { step: Step; totals: TestTotals | undefined } {
  const folder = mkdtempSync(join(tmpdir(), 'telint-editor-'));
  const report = join(folder, 'report.json');
  try {
    const step = runScript('test:vscode', '--json', report);
    return {
      step,
      totals: existsSync(report) ? (JSON.parse(readFileSync(report, 'utf8')) as TestTotals) : undefined,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const { missing } = setUpServices();
// Where everything is there, a test that finds nothing to talk to is broken, not skipped.
if (missing.length === 0 || process.env['CI']) process.env['TELINT_REQUIRE_SERVICES'] = '1';

const checks = CHECKS.map((check) => runScript(check));
const parts = [runTests('test:unit'), runTests('test:overhead'), runEditorTests()];

const steps = parts.map(({ step }) => step);

console.log('');
for (const { name, passed, seconds } of [...checks, ...steps]) {
  console.log(`${passed ? '✔' : '✘'} ${name} (${seconds.toFixed(1)} s)`);
}
for (const what of missing) console.log(`! missing, and the tests that need it did not run: ${what}`);
console.log(finalLine(checks, parts));
process.exitCode = [...checks, ...steps].every(({ passed }) => passed) ? 0 : 1;
