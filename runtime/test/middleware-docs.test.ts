import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';

const page = readFileSync(new URL('../docs/middleware.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/^## (.+)$|^```ts\n([^]*?)^```$/gm)];
const runner = fileURLToPath(new URL('support/run-example.ts', import.meta.url));
// Inside of the package, so that its dependencies are found.
const directory = mkdtempSync(fileURLToPath(new URL('.examples-', import.meta.url)));
afterAll(() => rmSync(directory, { recursive: true }));

const ANSWERS: Record<string, string> = {
  'node:http': '200 ok',
  Express: '200 {"id":"1"}',
  Fastify: '200 {"id":"1"}',
  GraphQL: '200 {"data":{"hello":"world"}}',
};

describe('examples of docs/middleware.md', () => {
  const byTitle = new Map<string, string>();
  let title = '';
  for (const [, heading, code] of examples) {
    if (heading !== undefined) title = heading;
    else if (code !== undefined) byTitle.set(title, code);
  }

  test('there is one for each server', () => {
    expect([...byTitle.keys()]).toEqual(Object.keys(ANSWERS));
  });

  test.each([...byTitle])('%s', { timeout: 20_000 }, async (name, code) => {
    const file = join(directory, `${name.replace(/\W/g, '-')}.mts`);
    writeFileSync(file, code);
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [runner, file]);
    expect([stdout.trim(), stderr]).toEqual([ANSWERS[name], '']);
  });
});
