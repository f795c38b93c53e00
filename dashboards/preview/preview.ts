/**
 * Draws the golden signals as Grafana would show them, with data of a real Prometheus: hours of a simulated service are loaded
 * into its blocks, its recording rules are evaluated over them, and every query of the generated dashboard is asked for.
 *
 * `npm run preview`, or `node preview.ts [--html page.html]`. Needs prometheus and promtool; writes docs/images/golden-signals.png.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import { cleanUpOnSignals, scratchFolder } from '../../scripts/lib/background.ts';
import { inRoot } from '../../scripts/lib/paths.ts';
import { findProgram } from '../../scripts/lib/programs.ts';
import { servePrometheus } from '../../scripts/lib/prometheus-server.ts';
import { launchBrowser } from '../../test/vscode/host/browser.ts';
import { INTERVAL, writeDay } from './day.ts';
import { pageOf } from './page.ts';
import { drawPanels, readPanels } from './panels.ts';

const HOURS = 6;
const PICTURE = inRoot('docs/images/golden-signals.png');
const RULES = inRoot('dashboards/prometheus/rules/recording.yml');
const PATIENCE_MS = 120_000;

function promtool(...args: readonly string[]): void {
  const program = findProgram('promtool');
  if (program === undefined) throw new Error('promtool is not installed (Debian package prometheus).');
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 2 ** 26 });
  if (status !== 0) throw new Error(`promtool ${args.join(' ')}: ${stdout}${stderr}`);
}

interface RecordingRule {
  readonly record: string;
  readonly expr: string;
}

/** Recording rules in the order in which they can be evaluated: what a rule reads is recorded before it. */
function rulesByLevel(path: string): RecordingRule[][] {
  const { groups } = parse(readFileSync(path, 'utf8')) as { groups: readonly { rules: readonly RecordingRule[] }[] };
  let left = groups.flatMap(({ rules }) => rules);
  const levels: RecordingRule[][] = [];
  while (left.length > 0) {
    const waiting = left;
    const ready = waiting.filter(({ expr }) => !waiting.some(({ record }) => expr.includes(record)));
    if (ready.length === 0) throw new Error('Recording rules need each other in a circle.');
    levels.push(ready);
    left = waiting.filter((rule) => !ready.includes(rule));
  }
  return levels;
}

const { values } = parseArgs({ options: { html: { type: 'string' } } });
cleanUpOnSignals();
const program = findProgram('prometheus');
if (program === undefined) throw new Error('prometheus is not installed (Debian package prometheus).');
const folder = scratchFolder('preview');
const data = join(folder, 'data');
mkdirSync(data);
// On the hour, so that the picture changes with the dashboards and not with the time of day.
const end = Math.floor(Date.now() / 3_600_000) * 3600;
const start = end - HOURS * 3600;
const text = join(folder, 'metrics.txt');
await writeDay(text, start, end);
promtool('tsdb', 'create-blocks-from', 'openmetrics', text, data);

const flags = ['--storage.tsdb.retention.time=30d'];
const period = ['--start', String(start), '--end', String(end), '--eval-interval', `${INTERVAL}s`];
for (const [index, rules] of rulesByLevel(RULES).entries()) {
  const file = join(folder, `rules-${index}.yml`);
  // JSON is YAML.
  writeFileSync(file, JSON.stringify({ groups: [{ name: `level ${index}`, rules }] }));
  const source = await servePrometheus(program, { configuration: {}, data, flags });
  promtool('tsdb', 'create-blocks-from', 'rules', '--url', source.url, ...period, '--output-dir', data, file);
  await source.stop();
}

const server = await servePrometheus(program, { configuration: {}, data, flags });
const range = { start, end, step: INTERVAL };
const panels = await drawPanels(server.url, readPanels(inRoot('dashboards/grafana/telint-golden-signals.json')), range);
await server.stop();
const empty = panels.filter(({ panel, lines }) => panel.type !== 'row' && lines.length === 0);
if (empty.length > 0) throw new Error(`No data in: ${empty.map(({ panel }) => panel.title).join(', ')}.`);

const html = pageOf('Golden signals', panels, range);
if (values.html !== undefined) writeFileSync(values.html, html);
const browser = await launchBrowser();
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 1200 }, locale: 'en-GB', timezoneId: 'UTC' });
  page.setDefaultTimeout(PATIENCE_MS);
  const errors: Error[] = [];
  page.on('pageerror', (error) => errors.push(error));
  await page.setContent(html);
  if (errors[0] !== undefined) throw errors[0];
  mkdirSync(inRoot('docs/images'), { recursive: true });
  await page.locator('#page').screenshot({ path: PICTURE });
} finally {
  await browser.close();
}
console.log(`Wrote ${PICTURE}.`);
