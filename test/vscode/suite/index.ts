import { appendFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Mocha from 'mocha';
import type { SuiteReport } from '../host/report.ts';
import { DEADLINE_MS } from './editor.ts';

/** Runs every suite beside this file in the extension host; a report on disk is the proof that it came to an end. */
export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'bdd', timeout: 3 * DEADLINE_MS, reporter: 'spec', color: false });
  const wanted = process.env['TELINT_VSCODE_GREP'];
  if (wanted !== undefined) mocha.grep(new RegExp(wanted));
  // Read while the tests run: what was said last tells where a run hangs.
  const progress = process.env['TELINT_VSCODE_PROGRESS'];
  const say = (line: string): void => {
    if (progress !== undefined) appendFileSync(progress, `${line}\n`);
  };
  for (const file of readdirSync(__dirname).sort())
    if (file.endsWith('.test.cjs')) mocha.addFile(join(__dirname, file));
  const report: SuiteReport = { passed: 0, failed: [], pending: 0, lines: [], figures: {} };
  await new Promise<void>((done) => {
    mocha
      .run(() => done())
      .on('test', (test) => say(test.fullTitle()))
      .on('pass', (test) => {
        report.passed += 1;
        report.lines.push(`✔ ${test.fullTitle()} (${test.duration ?? 0} ms)`);
      })
      .on('pending', (test) => {
        report.pending += 1;
        report.lines.push(`- ${test.fullTitle()}`);
      })
      .on('fail', (test, error: Error) => {
        report.failed.push({ title: test.fullTitle(), error: error.stack ?? error.message });
        report.lines.push(`✘ ${test.fullTitle()}`);
        say(error.stack ?? error.message);
      });
  });
  Object.assign(report.figures, (globalThis as { figures?: Record<string, number> }).figures);
  writeFileSync(process.env['TELINT_VSCODE_REPORT'] ?? 'report.json', JSON.stringify(report));
  if (report.failed.length > 0) throw new Error(`${report.failed.length} tests failed.`);
}
