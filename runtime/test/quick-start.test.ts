import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePort } from '../../scripts/lib/programs.ts';
import { docsBlocks } from './support/docs-compiler.ts';

const PACKAGE = fileURLToPath(new URL('../', import.meta.url));
const MODULES = fileURLToPath(new URL('../../node_modules/', import.meta.url));
const readme = readFileSync(`${PACKAGE}README.md`, 'utf8');

let project = '';
let child: ChildProcess | undefined;

/** Asks until the service listens. */
async function ask(url: string, method: string): Promise<string> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    try {
      return await (await fetch(url, { method })).text();
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}

beforeAll(() => {
  if (!existsSync(`${PACKAGE}dist/index.js`)) throw new Error('dist/ is missing: run npm run build first.');
  project = mkdtempSync(join(tmpdir(), 'telint-quick-start-'));
  mkdirSync(join(project, 'node_modules/@telint'), { recursive: true });
  symlinkSync(PACKAGE, join(project, 'node_modules/@telint/runtime'), 'junction');
  symlinkSync(`${MODULES}@opentelemetry`, join(project, 'node_modules/@opentelemetry'), 'junction');
});

afterAll(() => {
  child?.kill();
  if (project !== '') rmSync(project, { recursive: true, force: true });
});

it('runs as it stands in the README, and is scraped', async () => {
  const [start] = docsBlocks('README.md', readme);
  expect(start?.text.split('\n').length).toBeLessThan(30);
  writeFileSync(join(project, 'app.mjs'), start?.text ?? '');
  const port = await freePort();
  const started = spawn(process.execPath, ['app.mjs'], {
    cwd: project,
    env: { PATH: process.env['PATH'], PORT: String(port), OTEL_EXPORTER_PROMETHEUS_PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child = started;
  let errors = '';
  started.stderr.on('data', (data: Buffer) => (errors += data.toString()));
  const [line] = (await Promise.race([
    once(createInterface(started.stdout), 'line'),
    once(started, 'exit').then(() => {
      throw new Error(errors);
    }),
  ])) as [string];
  expect(line).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/metrics$/);

  expect(await ask(`http://127.0.0.1:${port}/orders/42`, 'POST')).toBe('Thank you.\n');
  expect(await ask(`http://127.0.0.1:${port}/`, 'GET')).toBe('Thank you.\n');

  const text = await ask(line, 'GET');
  expect(text).toContain('shop_orders_total{outcome="paid"} 1\n');
  expect(text).toContain('shop_orders_total{outcome="refused"} 1\n');
  expect(text).toMatch(
    /^http_server_request_duration_seconds_count\{http_request_method="POST",http_route="\/orders\/:id",http_response_status_code="200"\} 1$/m,
  );
  expect(text).toMatch(/^process_resident_memory_bytes \d+$/m);
  expect(errors).toBe('');
}, 30_000);
