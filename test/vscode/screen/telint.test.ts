import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Locator, Page } from 'playwright-core';
import { launchBrowser } from '../host/browser.ts';
import { startVscodeServer, type VscodeServer } from '../host/vscode-server.ts';
import { newWorkbench, type Workbench } from '../host/workbench.ts';

const VSIX = process.env['TELINT_VSCODE_VSIX'] ?? '';
const SCREENSHOTS = process.env['TELINT_VSCODE_SCREENSHOTS'] ?? '';
/** How often something is tried that another part of the workbench may undo: a menu closes when a provider comes in. */
const TRIES = 8;
const SHORT_MS = 4_000;

describe('on the screen', () => {
  const root = mkdtempSync(join(tmpdir(), 'telint-screen-'));
  const folder = join(root, 'shop');
  const source = join(folder, 'src/checkout.ts');
  let server: VscodeServer;
  let browser: Browser;
  let workbench: Workbench;
  let page: Page;

  before(async () => {
    mkdirSync(SCREENSHOTS, { recursive: true });
    cpSync(fileURLToPath(new URL('../fixtures/service', import.meta.url)), folder, { recursive: true });
    server = await startVscodeServer({
      vsix: [VSIX],
      settings: {
        'editor.minimap.enabled': false,
        'explorer.autoReveal': false,
        'problems.decorations.enabled': false,
        // The packages of the fixture are not installed, and this is not about what TypeScript has to say of it.
        'typescript.validate.enable': false,
        'workbench.colorTheme': 'Default Dark Modern',
      },
    });
    browser = await launchBrowser();
    workbench = await newWorkbench(browser, 1280, 760);
    page = workbench.page;
    await page.goto(server.url({ folder }));
    await page.locator('.explorer-folders-view .monaco-list-row').first().waitFor({ timeout: 60_000 });
  });

  after(async () => {
    await browser.close();
    await server.stop();
    rmSync(root, { recursive: true, force: true, maxRetries: 3 });
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await page.screenshot({ path: join(SCREENSHOTS, 'failed.png') });
  });

  const shot = async (name: string): Promise<void> => {
    await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
  };

  it('the walkthrough has four steps, none of them done', async () => {
    await openWalkthrough(page);
    assert.equal(await page.locator('.getting-started-step').count(), 4);
    assert.equal(await page.locator('.codicon-getting-started-step-checked').count(), 0);
  });

  it('findings are underlined', async () => {
    await pick(page, 'Control+p', 'checkout.ts');
    await page.locator('.squiggly-error').nth(2).waitFor({ state: 'attached', timeout: 60_000 });
    assert.equal(await page.locator('.squiggly-error').count(), 3);
  });

  it('the hover shows the trace', async () => {
    const label = page.locator('.squiggly-error').nth(1);
    const hover = page.locator('.monaco-hover:visible', { hasText: 'no-unbounded-metric-labels' });
    await until(async () => {
      await page.mouse.move(5, 700);
      await page.mouse.move(...(await middleOf(label)));
      await hover.first().waitFor({ timeout: SHORT_MS });
    });
    const text = await hover.first().innerText();
    assert.match(text, /userId.*←.*request/s);
    assert.match(text, /line 12/);
    await shot('hover');
  });

  it('a fix is chosen, applied and saved', async () => {
    const label = page.locator('.squiggly-error').nth(1);
    const fix = page.locator('.action-widget:visible .monaco-list-row', { hasText: /`?user`?/ }).first();
    await until(async () => {
      await page.keyboard.press('Escape');
      await page.mouse.click(...(await middleOf(label)));
      await page.keyboard.press('Control+.');
      await fix.waitFor({ timeout: SHORT_MS });
    });
    await shot('fixes');
    await fix.click();
    await page.locator('.squiggly-error').nth(2).waitFor({ state: 'detached' });
    await until(async () => {
      await page.keyboard.press('Control+s');
      await page.locator('.tab.active.dirty').waitFor({ state: 'detached', timeout: SHORT_MS });
      assert.doesNotMatch(readFileSync(source, 'utf8'), /user: userId/);
    });
  });

  it('the view lists metrics with labels and series, and leads to the code', async () => {
    await command(page, 'Telint: Show Metric Inventory');
    const row = (text: string | RegExp): Locator =>
      page.locator('.pane-body .monaco-list-row', { hasText: text }).first();
    await row('checkouts_total').waitFor();
    await row('checkout_duration_seconds').locator('.monaco-tl-twistie').click();
    await row(/^outcome/).waitFor();
    assert.match(await row('checkout_duration_seconds').innerText(), /histogram · \d+ series/);
    await row('Findings').waitFor();
    await row('Handlers without a span').waitFor();
    await shot('telemetry');
    await row('checkout_duration_seconds').locator('.label-name').click();
    await page.locator('.tab.active', { hasText: 'metrics.ts' }).waitFor();
    await page.locator('.codelens-decoration', { hasText: 'series' }).first().waitFor();
    await shot('metrics');
  });

  it('the coverage report opens', async () => {
    await command(page, 'Telint: Show Coverage Report');
    await page.locator('.tab.active', { hasText: 'Telemetry coverage' }).waitFor();
    const report = page.frameLocator('iframe.webview.ready').frameLocator('iframe');
    await report.getByRole('heading', { name: 'Telemetry coverage' }).waitFor();
    assert.match(await report.locator('body').innerText(), /50 % of the critical paths have a span: 1 of 2/);
    await shot('coverage');
    await report.getByRole('link', { name: 'GET /products/:id' }).click();
    await page.locator('.tab.active', { hasText: 'catalog.ts' }).waitFor();
  });

  it('the walkthrough is done', async () => {
    await openWalkthrough(page);
    const checked = page.locator('.getting-started-step .codicon-getting-started-step-checked');
    await checked.nth(3).waitFor();
    await shot('walkthrough');
  });

  it('no request has left the machine', () => {
    assert.deepEqual(
      workbench.refused.filter((url) => !url.includes('vscode-cdn.net')),
      [],
    );
  });
});

async function middleOf(target: Locator): Promise<[number, number]> {
  const box = await target.boundingBox();
  assert.ok(box, 'it is on the screen');
  return [box.x + box.width / 2, box.y + box.height / 2];
}

async function until(attempt: () => Promise<void>): Promise<void> {
  for (let i = 1; ; i++) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (i === TRIES) throw error;
    }
  }
}

/** Chooses an entry of the palette that a key opens. */
async function pick(page: Page, key: string, title: string): Promise<void> {
  await until(async () => {
    await page.keyboard.press('Escape');
    await page.keyboard.press(key);
    await page.locator('.quick-input-widget:visible input').waitFor({ timeout: SHORT_MS });
    await page.keyboard.type(title);
    await page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first().waitFor({ timeout: SHORT_MS });
    await page.keyboard.press('Enter');
  });
}

async function command(page: Page, title: string): Promise<void> {
  await pick(page, 'F1', title);
}

async function openWalkthrough(page: Page): Promise<void> {
  await until(async () => {
    await command(page, 'Welcome: Open Walkthrough');
    await page.keyboard.type('Get started with Telint');
    await page.keyboard.press('Enter');
    await page.locator('.getting-started-step').nth(3).waitFor({ timeout: SHORT_MS });
  });
}
