import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { hang, startCollector, type Collector } from './support/otlp-collector.ts';

const runtime = join(import.meta.dirname, '..');

interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

let directory: string;
let collector: Collector;

/** A service of its own with one line of OpenTelemetry installed, the API included, and this package beside it. */
function install(name: string, packages: string): void {
  const service = join(directory, name);
  mkdirSync(join(service, 'node_modules'), { recursive: true });
  symlinkSync(packages, join(service, 'node_modules', '@opentelemetry'), 'dir');
  // The vocabulary of the linter is bundled into the package; sources find it where the repository has it.
  cpSync(join(runtime, 'src'), join(service, 'telint', 'runtime', 'src'), { recursive: true });
  cpSync(join(runtime, '..', 'eslint-plugin', 'src'), join(service, 'telint', 'eslint-plugin', 'src'), {
    recursive: true,
  });
  writeFileSync(join(service, 'telint', 'package.json'), '{ "type": "module" }');
}

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'telint-register-'));
  install('newer', join(runtime, '..', 'node_modules', '@opentelemetry'));
  install('older', join(runtime, 'test', 'hosts', 'otel-2', 'node_modules', '@opentelemetry'));
});

afterAll(() => {
  rmSync(directory, { recursive: true });
});

beforeEach(async () => {
  collector = await startCollector();
});

afterEach(async () => {
  await collector.close();
});

/** Runs code of a service with the preload; `onLine` is called with every line that it prints. */
function run(
  service: string,
  flag: '--import' | '--require',
  code: readonly string[],
  settings: {
    env?: Record<string, string>;
    onLine?: (line: string, kill: (signal: NodeJS.Signals) => void) => void;
  } = {},
): Promise<Ending> {
  const ca = join(directory, 'ca.pem');
  writeFileSync(ca, collector.ca);
  const child = spawn(process.execPath, [flag, './telint/runtime/src/register.ts', ...code], {
    cwd: join(directory, service),
    env: {
      PATH: process.env['PATH'],
      OTEL_SERVICE_NAME: 'registered',
      OTEL_EXPORTER_OTLP_ENDPOINT: `https://127.0.0.1:${String(collector.port)}`,
      OTEL_EXPORTER_OTLP_CERTIFICATE: ca,
      ...settings.env,
    },
  });
  let output = '';
  const onData = (chunk: Buffer): void => {
    output += String(chunk);
    for (const line of String(chunk).trim().split('\n')) {
      settings.onLine?.(line, (signal) => {
        child.kill(signal);
      });
    }
  };
  child.stdout.on('data', onData);
  child.stderr.on('data', onData);
  return new Promise((resolve) => {
    child.on('close', (status, signal) => {
      resolve({ code: status, signal, output });
    });
  });
}

const body = `
  const tracer = trace.getTracer('service');
  tracer.startActiveSpan('outer', (outer) => {
    setTimeout(() => {
      tracer.startSpan('inner').end();
      outer.end();
    }, 5);
  });
`;
const ESM = ['--input-type=module', '-e', `import { trace } from '@opentelemetry/api'; ${body}`];
const CJS = ['-e', `const { trace } = require('@opentelemetry/api'); ${body}`];
const SERVER = [
  '-e',
  `const { trace } = require('@opentelemetry/api');
   trace.getTracer('service').startSpan('work').end();
   setInterval(() => {}, 1000);
   console.log('ready');`,
];

const LINES = [
  { line: 'SDK 3.x with API 1.10', service: 'newer', major: '3' },
  { line: 'SDK 2.x with API 1.9', service: 'older', major: '2' },
];
const FORMS = [
  { form: '--import, ES module', flag: '--import', code: ESM },
  { form: '--import, CommonJS', flag: '--import', code: CJS },
  { form: '--require, CommonJS', flag: '--require', code: CJS },
  { form: '--require, ES module', flag: '--require', code: ESM },
] as const;

describe.each(LINES)('register, $line', ({ service, major }) => {
  test.each(FORMS)('$form: a service without a line of set-up is traced', async ({ flag, code }) => {
    const ending = await run(service, flag, code);
    expect(ending).toMatchObject({ code: 0 });
    expect(collector.spans.map((span) => span.name).sort()).toEqual(['inner', 'outer']);
    const inner = collector.spans.find((span) => span.name === 'inner');
    const outer = collector.spans.find((span) => span.name === 'outer');
    expect(inner?.parentSpanId).toBe(outer?.spanId);
    expect(inner?.resource['service.name']).toBe('registered');
    expect(String(inner?.resource['telemetry.sdk.version']).split('.')[0]).toBe(major);
  });

  test.each(['SIGTERM', 'SIGINT'] as const)(
    '%s: spans are sent, and the process dies of the signal',
    async (signal) => {
      const ending = await run(service, '--import', SERVER, {
        onLine: (text, kill) => {
          if (text === 'ready') kill(signal);
        },
      });
      expect(ending).toMatchObject({ code: null, signal });
      expect(collector.spans).toHaveLength(1);
    },
  );
});

test('a service that handles the signal itself finishes its work, and spans of that time are sent', async () => {
  const code = `const { trace } = require('@opentelemetry/api');
    const tracer = trace.getTracer('service');
    const server = setInterval(() => {}, 1000);
    process.on('SIGTERM', () => setTimeout(() => { tracer.startSpan('last request').end(); clearInterval(server); }, 50));
    tracer.startSpan('first request').end();
    console.log('ready');`;
  const ending = await run('newer', '--import', ['-e', code], {
    onLine: (text, kill) => {
      if (text === 'ready') kill('SIGTERM');
    },
  });
  expect(ending).toMatchObject({ code: 0, signal: null });
  expect(collector.spans.map((span) => span.name)).toEqual(['first request', 'last request']);
});

test('a collector that hangs does not keep the process from ending', async () => {
  collector.answer = hang;
  const startedAt = Date.now();
  const ending = await run('newer', '--import', SERVER, {
    onLine: (text, kill) => {
      if (text === 'ready') kill('SIGTERM');
    },
  });
  expect(ending.signal).toBe('SIGTERM');
  expect(Date.now() - startedAt).toBeLessThan(12_000);
}, 20_000);

test('a service without the SDK runs, and is told what to install', async () => {
  const app = join(directory, 'bare', 'app.cjs');
  mkdirSync(join(directory, 'bare'));
  writeFileSync(app, `console.log('served');`);
  const ending = await run('newer', '--import', [app]);
  expect(ending.code).toBe(0);
  expect(ending.output).toContain('served');
  expect(ending.output).toContain('TELINT_START_FAILED');
  expect(ending.output).toContain('npm install @opentelemetry/api');
});

test('OTEL_SDK_DISABLED=true: nothing is sent', async () => {
  const ending = await run('newer', '--import', CJS, { env: { OTEL_SDK_DISABLED: 'true' } });
  expect(ending.code).toBe(0);
  expect(collector.requests).toHaveLength(0);
});
