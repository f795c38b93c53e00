import type { Browser, Page } from 'playwright-core';

/** A page for a workbench, and what it asked of other machines: such requests are refused. */
export interface Workbench {
  readonly page: Page;
  readonly refused: readonly string[];
}

/** How long the workbench may take for a step; a busy machine is given more. */
const PATIENCE_MS = Number(process.env['TELINT_VSCODE_DEADLINE'] ?? 30_000);

/** Opens an empty page in which a workbench runs alone. */
export async function newWorkbench(browser: Browser, width = 1280, height = 800): Promise<Workbench> {
  const context = await browser.newContext({ viewport: { width, height } });
  context.setDefaultTimeout(PATIENCE_MS);
  const refused: string[] = [];
  await context.route(
    ({ protocol, hostname }) => protocol.startsWith('http') && hostname !== '127.0.0.1',
    (route) => {
      refused.push(route.request().url());
      return route.abort('blockedbyclient');
    },
  );
  // The workbench asks for the installed fonts, and a headless Chromium aborts when it counts them.
  await context.addInitScript('window.queryLocalFonts = () => Promise.resolve([]);');
  return { page: await context.newPage(), refused };
}
