import { readdirSync } from 'node:fs';
import Mocha from 'mocha';
import type { SuiteReport } from '../host/report.ts';

/** What happened is reported when all is done. */
class Silent extends Mocha.reporters.Base {}

/** What the tests on the screen need. */
export interface ScreenOptions {
  readonly vsix: string;
  /** Folder for pictures. */
  readonly screenshots: string;
  readonly grep?: string;
}

/** Runs the tests that look at the screen. */
export async function runScreenTests({ vsix, screenshots, grep }: ScreenOptions): Promise<SuiteReport> {
  process.env['TELINT_VSCODE_VSIX'] = vsix;
  process.env['TELINT_VSCODE_SCREENSHOTS'] = screenshots;
  const mocha = new Mocha({
    ui: 'bdd',
    timeout: 4 * Number(process.env['TELINT_VSCODE_DEADLINE'] ?? 30_000),
    reporter: Silent,
  });
  if (grep !== undefined) mocha.grep(new RegExp(grep));
  const folder = new URL('.', import.meta.url);
  for (const file of readdirSync(folder).sort())
    if (file.endsWith('.test.ts')) mocha.addFile(new URL(file, folder).pathname);
  await mocha.loadFilesAsync();
  const report: SuiteReport = { passed: 0, pending: 0, failed: [], lines: [], figures: {} };
  await new Promise<void>((done) => {
    mocha
      .run(() => done())
      .on('pass', (test) => {
        report.passed += 1;
        report.lines.push(`✔ ${test.fullTitle()} (${test.duration ?? 0} ms)`);
      })
      .on('pending', () => {
        report.pending += 1;
      })
      .on('fail', (test, error: Error) => {
        report.failed.push({ title: test.fullTitle(), error: error.stack ?? error.message });
        report.lines.push(`✘ ${test.fullTitle()}`);
      });
  });
  return report;
}
