import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { workspace } from '../../../eslint-plugin/test/support/workspace.ts';
import type { LintStart } from '../../src/cli/lint-files.ts';
import { lintInThreads } from '../../src/cli/lint-threads.ts';
import { loadConfig } from '../../src/config.ts';
import { Runner } from '../../src/runner.ts';

/** A thread that takes files and dies over them. */
const { FailingThread, started } = await vi.hoisted(async () => {
  const { EventEmitter } = await import('node:events');
  const started: LintStart[] = [];
  class FailingThread extends EventEmitter {
    constructor(_entry: URL, { workerData }: { readonly workerData: LintStart }) {
      super();
      started.push(workerData);
      Atomics.add(new Int32Array(workerData.taken), 0, 16);
      setImmediate(() => {
        this.emit('error', new Error('out of memory'));
        this.emit('exit', 1);
      });
    }
  }
  return { FailingThread, started };
});
vi.mock('node:worker_threads', () => ({ Worker: FailingThread }));

it('files of a thread that has died are checked all the same', async () => {
  const files = Object.fromEntries(
    Array.from({ length: 40 }, (_, i) => [
      `src/a${i}.ts`,
      `import { trace } from '@opentelemetry/api';\ntrace.getTracer('a').startSpan('a${i}');\n`,
    ]),
  );
  const root = workspace({ 'package.json': '{ "name": "a" }', ...files });
  const runner = new Runner(root, loadConfig(root));
  const paths = Object.keys(files).map((path) => join(root, path));
  const linted = await lintInThreads(runner, paths, 2, () => undefined);
  expect(started).toHaveLength(1);
  expect([...linted.keys()].sort()).toEqual(paths.sort());
  for (const { findings } of linted.values())
    expect(findings.map(({ rule }) => rule)).toEqual(['telint/require-span-end']);
});
