import { expect } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type {
  CodeLens,
  CompletionItem,
  DocumentLink,
  Hover,
  InlayHint,
  Location,
  SymbolInformation,
  TextDocumentEdit,
  WorkspaceEdit,
} from 'vscode-languageserver-protocol';
import { defineTest, positionAt, type World } from '../support/define-test.ts';
import { METRIC_SERVICE, OPEN_SPAN } from '../support/sources.ts';

const hoverText = async (world: World, name: string, text: string, offset = 1): Promise<string> => {
  const result = await world.client.request<Hover | null>('textDocument/hover', world.at(name, text, offset));
  return result ? (result.contents as { value: string }).value : '';
};

const places = (world: World, locations: readonly Location[] | Location | null): string[] =>
  [locations ?? []].flat().map(({ uri, range }) => `${uri.slice(world.uri('').length + 1)}:${range.start.line + 1}`);

defineTest('hover over a metric names its labels, their values and the estimate', {
  fs: METRIC_SERVICE,
  prepare: async (world) => [await world.open('src/metrics.ts'), await world.open('src/routes.ts')],
  async handle(world) {
    const histogram = await hoverText(world, 'src/metrics.ts', 'app_duration_seconds');
    expect(histogram).toContain('**histogram** `app_duration_seconds` — Time');
    expect(histogram).toContain('- `outcome`: 2 values');
    // 2 outcomes × (3 buckets, +Inf, sum, count)
    expect(histogram).toContain('Estimate: 12 series (6 per set of labels), from 1 write.');
    expect(await hoverText(world, 'src/routes.ts', 'duration.observe')).toBe(histogram);
    const counter = await hoverText(world, 'src/metrics.ts', 'app_requests_total');
    expect(counter).toContain('`route`: **unbounded**: the raw request path');
    expect(counter).toContain('`method`: 2 values');
    expect(await hoverText(world, 'src/routes.ts', "method: 'GET'")).toContain(
      'Label `method` of `app_requests_total`: 2 values.',
    );
    expect(await hoverText(world, 'src/routes.ts', 'export function')).toBe('');
  },
});

defineTest('a metric is found under whatever name its class was imported', {
  fs: {
    'package.json': '{ "name": "shop" }',
    'src/metrics.ts': `import { Counter as C } from 'prom-client';
export const sent = new C({ name: 'mails_sent_total', help: 'Mails.' });
`,
  },
  prepare: (world) => world.open('src/metrics.ts'),
  async handle(world) {
    expect(await hoverText(world, 'src/metrics.ts', 'mails_sent_total')).toContain('**counter** `mails_sent_total`');
  },
});

defineTest('a definition that has moved keeps its writes, and a write that changed counts at once', {
  fs: METRIC_SERVICE,
  prepare: async (world) => [await world.open('src/metrics.ts'), await world.open('src/routes.ts')] as const,
  async handle(world, [metrics, routes]) {
    expect(await hoverText(world, 'src/metrics.ts', 'app_duration_seconds')).toContain('Estimate: 12 series');
    const moved = `// one\n// two\n${world.read('src/metrics.ts')}`;
    await world.client.change(metrics, moved);
    await world.client.change(
      routes,
      world
        .read('src/routes.ts')
        .replace("'error' : 'ok'", "'error' : 'fine'")
        .replace('failed ?', 'failed ? "late" : failed ?'),
    );
    const hovered = await world.client.request<Hover | null>('textDocument/hover', {
      textDocument: { uri: metrics },
      position: positionAt(moved, moved.indexOf('app_duration_seconds')),
    });
    // 3 outcomes × (3 buckets, +Inf, sum, count)
    expect(JSON.stringify(hovered)).toContain('Estimate: 18 series (6 per set of labels), from 1 write.');
  },
});

defineTest('hover over an attribute says what the conventions say', {
  fs: {
    'x.ts': `import { trace } from '@opentelemetry/api';
import { ATTR_URL_FULL } from '@opentelemetry/semantic-conventions';
const span = trace.getActiveSpan();
span?.setAttribute('http.method', 'GET');
span?.setAttribute(ATTR_URL_FULL, 'x');
`,
  },
  prepare: (world) => world.open('x.ts'),
  async handle(world) {
    expect(await hoverText(world, 'x.ts', "'http.method'", 3)).toMatch(/Deprecated; use `http\.request\.method`/);
    const url = await hoverText(world, 'x.ts', 'ATTR_URL_FULL, ', 3);
    expect(url).toContain('`url.full`');
    expect(url).toContain('unbounded');
  },
});

defineTest('completion offers attribute keys, and the labels that are not set yet', {
  fs: METRIC_SERVICE,
  prepare: (world) => world.open('src/routes.ts'),
  async handle(world, uri) {
    const typed = async (line: string): Promise<CompletionItem[]> => {
      const text = `${world.read('src/routes.ts')}\n${line}`;
      await world.client.change(uri, text);
      const result = await world.client.request<CompletionItem[] | null>('textDocument/completion', {
        textDocument: { uri },
        position: positionAt(text, text.length),
      });
      return result ?? [];
    };
    const labels = await typed("requests.inc({ method: 'PUT', ro");
    expect(labels.map(({ label }) => label)).toEqual(['route']);
    expect(labels[0]).toMatchObject({ detail: 'label of app_requests_total', textEdit: { newText: 'route' } });
    const keys = await typed("span.setAttribute('http.req");
    expect(keys.find(({ label }) => label === 'http.request.method')?.textEdit).toMatchObject({
      newText: "'http.request.method",
    });
    const bare = await typed('span.setAttributes({ a: f({}), http');
    expect(bare.find(({ label }) => label === 'http.request.method')?.textEdit).toMatchObject({
      newText: "'http.request.method'",
    });
    expect(await typed('map.set({ ')).toEqual([]);
    expect(await typed('const x = {')).toEqual([]);
  },
});

defineTest('a metric and its labels lead to each other across files', {
  fs: METRIC_SERVICE,
  prepare: async (world) => [await world.open('src/metrics.ts'), await world.open('src/routes.ts')],
  async handle(world) {
    const definition = (name: string, text: string) =>
      world.client.request<Location | null>('textDocument/definition', world.at(name, text, 1));
    const references = (name: string, text: string, includeDeclaration = false) =>
      world.client.request<Location[] | null>('textDocument/references', {
        ...world.at(name, text, 1),
        context: { includeDeclaration },
      });
    expect(places(world, await definition('src/routes.ts', 'requests.inc'))).toEqual(['src/metrics.ts:4']);
    expect(places(world, await definition('src/routes.ts', "method: 'GET'"))).toEqual(['src/metrics.ts:6']);
    expect(places(world, await references('src/metrics.ts', 'app_requests_total'))).toEqual([
      'src/routes.ts:6',
      'src/routes.ts:8',
    ]);
    expect(places(world, await references('src/metrics.ts', "route'", true))).toEqual([
      'src/metrics.ts:6',
      'src/routes.ts:6',
      'src/routes.ts:8',
    ]);
    expect(await definition('src/routes.ts', 'export function')).toBeNull();
  },
});

/** Applies the edits of a rename to the files of a world. */
function applyAll(world: World, { documentChanges }: WorkspaceEdit): Record<string, string> {
  return Object.fromEntries(
    ((documentChanges ?? []) as TextDocumentEdit[]).map(({ textDocument: { uri }, edits }) => {
      const name = uri.slice(world.uri('').length + 1);
      const before = TextDocument.create(uri, '', 1, world.read(name));
      return [name, TextDocument.applyEdits(before, edits as never)];
    }),
  );
}

defineTest('a label is renamed in the definition and in all writes, shorthands and shared objects included', {
  fs: {
    ...METRIC_SERVICE,
    'src/more.ts': `import { requests } from './metrics.ts';
import { base } from './base.ts';

export function more(route: 'a' | 'b') {
  requests.inc({ route, method: 'PUT' });
  const labels = { 'route': 'c', method: 'PUT' };
  requests.inc(labels);
  requests.inc({ ...base, method: 'PUT' });
}
`,
    'src/base.ts': `export const base = { route: 'd' };\n`,
  },
  prepare: async (world) => [await world.open('src/metrics.ts'), await world.open('src/more.ts')],
  async handle(world) {
    const prepared = await world.client.request('textDocument/prepareRename', world.at('src/metrics.ts', "'route'", 2));
    expect(prepared).toMatchObject({ placeholder: 'route', range: { start: { line: 5, character: 16 } } });
    const rename = (newName: string) =>
      world.client.request<WorkspaceEdit>('textDocument/rename', { ...world.at('src/more.ts', 'route,', 1), newName });
    const files = applyAll(world, await rename('path'));
    expect(files['src/metrics.ts']).toContain("labelNames: ['path', 'method']");
    expect(files['src/routes.ts']).toContain("requests.inc({ path: req.path, method: 'GET' })");
    expect(files['src/routes.ts']).toContain("requests.inc({ path: label(req), method: 'POST' })");
    expect(files['src/more.ts']).toContain("requests.inc({ path: route, method: 'PUT' })");
    expect(files['src/more.ts']).toContain("{ 'path': 'c', method: 'PUT' }");
    expect(files['src/base.ts']).toBe("export const base = { path: 'd' };\n");
    await expect(rename('method')).rejects.toThrow('has a label "method" already');
    await expect(rename('a-b')).rejects.toThrow('no valid name');
  },
});

defineTest('a metric that declares the domains of its labels: hover, and rename of a label', {
  fs: {
    'src/jobs.ts': `import { createMetrics, oneOf } from '@telint/runtime/metrics';
export const jobs = createMetrics().counter({ name: 'jobs_total', help: 'Jobs.', labels: { kind: oneOf('mail', 'sms') } });
`,
    'src/app.ts': `import { jobs } from './jobs.ts';\nexport const done = (kind: 'mail' | 'sms') => jobs.inc({ kind });\n`,
  },
  prepare: async (world) => [await world.open('src/jobs.ts'), await world.open('src/app.ts')],
  async handle(world) {
    const hover = await world.client.request('textDocument/hover', world.at('src/jobs.ts', 'jobs_total', 2));
    expect(JSON.stringify(hover)).toContain("`kind`: 2 values (`oneOf('mail', 'sms')`)");
    const files = applyAll(
      world,
      await world.client.request<WorkspaceEdit>('textDocument/rename', {
        ...world.at('src/jobs.ts', 'kind:', 1),
        newName: 'channel',
      }),
    );
    expect(files['src/jobs.ts']).toContain("labels: { channel: oneOf('mail', 'sms') }");
    expect(files['src/app.ts']).toContain('jobs.inc({ channel: kind })');
  },
});

defineTest('a metric is renamed at its name; its variable is left to the language', {
  fs: METRIC_SERVICE,
  prepare: async (world) => [await world.open('src/metrics.ts'), await world.open('src/routes.ts')],
  async handle(world) {
    const edit = await world.client.request<WorkspaceEdit>('textDocument/rename', {
      ...world.at('src/metrics.ts', 'app_requests_total', 2),
      newName: 'api_requests_total',
    });
    expect(applyAll(world, edit)).toEqual({
      'src/metrics.ts': world.read('src/metrics.ts').replace('app_requests_total', 'api_requests_total'),
    });
    expect(
      await world.client.request('textDocument/prepareRename', world.at('src/routes.ts', 'requests.inc', 1)),
    ).toBeNull();
  },
});

defineTest('nothing is renamed where an object that other metrics share would change', {
  fs: {
    ...METRIC_SERVICE,
    'src/shared.ts': `import { Counter } from 'prom-client';
import { requests } from './metrics.ts';
const other = new Counter({ name: 'app_other_total', help: 'Other', labelNames: ['route', 'method'] });
const labels = { route: 'x', method: 'PUT' };
requests.inc(labels);
other.inc(labels);
`,
  },
  prepare: (world) => world.open('src/metrics.ts'),
  async handle(world) {
    const renamed = world.client.request('textDocument/rename', {
      ...world.at('src/metrics.ts', "'route'", 2),
      newName: 'path',
    });
    await expect(renamed).rejects.toThrow('feeds other metrics too');
  },
});

defineTest('lenses and hints show the estimate, as the settings want', {
  fs: METRIC_SERVICE,
  client: { settings: { inlayHints: true } },
  prepare: (world) => world.open('src/metrics.ts'),
  async handle(world, uri) {
    await world.client.request('telint/settled', {});
    const lenses = () => world.client.request<CodeLens[] | null>('textDocument/codeLens', { textDocument: { uri } });
    expect((await lenses())?.map(({ command }) => command?.title)).toEqual([
      'unbounded series: label `route` takes the raw request path · 2 writes',
      '12 series · 1 write',
    ]);
    const range = { start: { line: 0, character: 0 }, end: { line: 99, character: 0 } };
    const hints = () =>
      world.client.request<InlayHint[] | null>('textDocument/inlayHint', { textDocument: { uri }, range });
    expect((await hints())?.map(({ label }) => label)).toEqual(['unbounded', '≈ 12 series']);
    world.client.settings = { codeLens: false };
    await world.client.connection.sendNotification('workspace/didChangeConfiguration', { settings: null });
    await expect.poll(lenses, { timeout: 10_000 }).toBeNull();
    expect(await hints()).toBeNull();
  },
});

defineTest('symbols of the workspace are its metrics and spans', {
  fs: { ...METRIC_SERVICE, 'src/work.ts': OPEN_SPAN },
  async handle(world) {
    const symbols = (query: string) => world.client.request<SymbolInformation[]>('workspace/symbol', { query });
    expect((await symbols('')).map(({ name, containerName }) => `${containerName ?? ''} ${name}`).sort()).toEqual([
      'counter app_requests_total',
      'histogram app_duration_seconds',
      'span work',
    ]);
    expect((await symbols('reqtot')).map(({ name }) => name)).toEqual(['app_requests_total']);
  },
});

defineTest('names of rules are links, in comments and in telint.json', {
  fs: {
    'x.ts': '// eslint-disable-next-line telint/require-span-end, telint/unknown\nexport const a = 1;\n',
    'telint.json': '{ "rules": { "telint/no-pii-in-logs": "off", "require-span-end": "warn" } }',
  },
  prepare: async (world) => [
    await world.open('x.ts'),
    await world.client.open(world.path('telint.json'), world.read('telint.json'), 'json'),
  ],
  async handle(world) {
    const targets = async (name: string) =>
      (
        await world.client.request<DocumentLink[]>('textDocument/documentLink', {
          textDocument: { uri: world.uri(name) },
        })
      ).map(({ target }) => target?.split('/').at(-1));
    expect(await targets('x.ts')).toEqual(['require-span-end.md']);
    expect(await targets('telint.json')).toEqual(['no-pii-in-logs.md', 'require-span-end.md']);
  },
});

defineTest('commands check the workspace and list its metrics', {
  fs: { ...METRIC_SERVICE, 'src/work.ts': OPEN_SPAN },
  prepare: (world) => world.open('src/routes.ts'),
  async handle(world) {
    const run = (command: string) => world.client.request<never>('workspace/executeCommand', { command });
    expect(await run('telint.checkWorkspace')).toEqual({
      files: 4,
      findings: 2,
      cancelled: false,
      byRule: { 'telint/no-unbounded-metric-labels': 1, 'telint/require-span-end': 1 },
    });
    await world.client.pushedUntil(world.uri('src/work.ts'), (p) => p.diagnostics.length === 1);
    expect(world.client.pushed.has(world.uri('src/routes.ts'))).toBe(false);
    await world.open('src/work.ts');
    await world.client.pushedUntil(world.uri('src/work.ts'), (p) => p.diagnostics.length === 0);
    const metrics: readonly { name: string; series: string }[] = await run('telint.showMetrics');
    expect(metrics.map(({ name, series }) => `${name}: ${series}`)).toContain('app_duration_seconds: 12 series');
  },
});
