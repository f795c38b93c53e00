import { fileURLToPath } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { expect, it, onTestFinished } from 'vitest';
import { workspace } from '../../../eslint-plugin/test/support/workspace.ts';

const TELINT = fileURLToPath(new URL('../../src/telint.ts', import.meta.url));
const FILES = {
  'package.json': '{ "name": "shop" }',
  'src/app.ts': `import express from 'express';
import { Counter } from 'prom-client';
const requests = new Counter({ name: 'requests_total', help: 'Requests.', labelNames: ['path'] });
const app = express();
app.get('/orders', (req, res) => {
  requests.inc({ path: req.path });
  res.end();
});
`,
};

async function connect(cwd: string): Promise<Client> {
  const client = new Client({ name: 'test', version: '1' });
  onTestFinished(() => client.close());
  await client.connect(new StdioClientTransport({ command: process.execPath, args: [TELINT, 'mcp'], cwd }));
  return client;
}

async function ask(client: Client, name: string, args: Record<string, unknown> = {}): Promise<unknown> {
  const { content, isError } = await client.callTool({ name, arguments: args });
  const [first] = content as { type: string; text: string }[];
  if (isError === true) throw new Error(first?.text);
  return JSON.parse(first?.text ?? '');
}

it('answers with findings, metrics and coverage gaps, and only reads', { timeout: 30_000 }, async () => {
  const client = await connect(workspace(FILES));
  const { tools } = await client.listTools();
  expect(tools.map((t) => t.name).sort()).toEqual(['coverage_gaps', 'findings', 'metric']);
  for (const tool of tools) expect(tool.annotations).toMatchObject({ readOnlyHint: true, destructiveHint: false });

  expect(await ask(client, 'findings')).toMatchObject({
    total: 1,
    findings: [{ file: 'src/app.ts', line: 6, rule: 'telint/no-unbounded-metric-labels', severity: 'error' }],
    notChecked: [],
  });
  expect(await ask(client, 'findings', { rule: 'require-span-end' })).toMatchObject({ total: 0 });
  expect(await ask(client, 'metric', { name: 'requests' })).toMatchObject({
    total: 1,
    metrics: [{ name: 'requests_total', series: { unbounded: expect.stringContaining('`path`') as string } }],
  });
  expect(await ask(client, 'coverage_gaps')).toMatchObject({
    total: { paths: 1, withSpan: 0 },
    gaps: [{ name: 'GET /orders', line: 5, hasMetric: true }],
  });
  await expect(ask(client, 'findings', { paths: ['none.ts'] })).rejects.toThrow('no source file matches "none.ts"');
  // A question that fails does not end the server.
  expect(await ask(client, 'metric', { name: 'nothing' })).toEqual({ total: 0, metrics: [] });
});
