#!/usr/bin/env node
/**
 * Stands in for the desktop's `code`: takes what @vscode/test-electron passes to `vscodeExecutablePath`, runs the tests
 * in the Node.js extension host of the server with the workbench in a headless browser, and exits with their result.
 * `--install-vsix=<file>` installs a package first.
 */
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { launchBrowser } from './browser.ts';
import { startVscodeServer } from './vscode-server.ts';
import { newWorkbench } from './workbench.ts';

const args = process.argv.slice(2);
const valuesOf = (name: string): string[] =>
  args.filter((arg) => arg.startsWith(`--${name}=`)).map((arg) => arg.slice(name.length + 3));
const opened = args.find((arg) => !arg.startsWith('-')) ?? process.cwd();
const limit = Number(process.env['TELINT_VSCODE_TIMEOUT'] ?? 180_000);
const verbose = process.env['TELINT_VSCODE_VERBOSE'] !== undefined;

const server = await startVscodeServer({ vsix: valuesOf('install-vsix') });
const browser = await launchBrowser();
let exitCode = 1;
try {
  const { page } = await newWorkbench(browser);
  page.once('crash', () => console.error('The page of the workbench has crashed.'));
  browser.once('disconnected', () => console.error('The browser has ended.'));
  const { promise: ended, resolve: end } = Promise.withResolvers<number>();
  await page.exposeFunction('codeAutomationExit', end);
  await page.exposeFunction('codeAutomationLog', (type: string, messages: readonly unknown[]) => {
    if (verbose) console.log(`[${type}]`, ...messages);
  });
  const open = opened.endsWith('.code-workspace') ? { workspace: opened } : { folder: opened };
  await page.goto(
    server.url(
      open,
      ['extensionDevelopmentPath', 'extensionTestsPath'].flatMap((key) =>
        valuesOf(key).map((path) => [key, server.remote(path)] as const),
      ),
    ),
  );
  const code = await Promise.race([ended, setTimeout(limit, undefined, { ref: false })]);
  if (code === undefined) {
    const path = join(process.env['TELINT_VSCODE_ARTIFACTS'] ?? '.', 'timeout.png');
    await page.screenshot({ path });
    console.error(`The tests did not end within ${limit / 1000} s; ${path} shows the window.\n${server.log()}`);
  } else exitCode = code;
} finally {
  await browser.close();
  await server.stop();
}
process.exit(exitCode);
