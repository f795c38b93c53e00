import { expect } from 'vitest';
import { POOR } from '../support/client.ts';
import { defineTest } from '../support/define-test.ts';
import { METRIC_SERVICE, OPEN_SPAN } from '../support/sources.ts';
import { until } from '../support/until.ts';

defineTest('findings are pulled, with their trace, a link to the document of the rule, and an id', {
  fs: METRIC_SERVICE,
  prepare: (world) => world.open('src/routes.ts'),
  async handle(world, uri) {
    const [finding, ...rest] = await world.findings('src/routes.ts');
    expect(rest).toEqual([]);
    expect(finding).toMatchObject({
      code: 'no-unbounded-metric-labels',
      source: 'telint',
      severity: 1,
      range: { start: { line: 5, character: 17 }, end: { line: 5, character: 32 } },
    });
    expect(finding?.codeDescription?.href).toMatch(/docs\/rules\/no-unbounded-metric-labels\.md$/);
    expect(finding?.relatedInformation?.[0]).toMatchObject({ message: '`req`', location: { uri } });
    const report = await world.client.pull(uri);
    expect(await world.client.pull(uri, report.resultId)).toEqual({ kind: 'unchanged', resultId: report.resultId });
  },
});

defineTest('an edit that is not saved counts in other files, and the client is asked to pull again', {
  fs: METRIC_SERVICE,
  prepare: async (world) => [await world.open('src/routes.ts'), await world.open('src/label.ts')] as const,
  async handle(world, [routes, label]) {
    await world.client.pullUntil(routes, (items) => items.length === 1);
    const { refreshes } = world.client;
    await world.client.change(label, world.read('src/label.ts').replace("'fixed'", 'req.originalUrl'));
    await until(
      () => world.client.refreshes > refreshes,
      () => 'a refresh',
    );
    const items = await world.client.pullUntil(routes, (found) => found.length === 2);
    expect(items[1]?.message).toContain('label.ts:4');
    expect(items[1]?.relatedInformation?.some(({ location }) => location.uri === label)).toBe(true);
    await world.client.close(label);
    await world.client.pullUntil(routes, (found) => found.length === 1);
  },
});

defineTest('no refresh is asked for when an edit changes nothing elsewhere', {
  fs: METRIC_SERVICE,
  prepare: async (world) => [await world.open('src/routes.ts'), await world.open('src/label.ts')] as const,
  async handle(world, [routes, label]) {
    await world.client.pullUntil(routes, (items) => items.length === 1);
    await world.client.pull(label);
    await world.client.change(label, world.read('src/label.ts').replace("'fixed'", "'other'"));
    await world.client.pull(label);
    const before = world.client.refreshes;
    await world.client.request('telint/settled', {});
    expect(world.client.refreshes).toBe(before);
  },
});

defineTest('a file that changes on disk counts after the client has said so', {
  fs: METRIC_SERVICE,
  prepare: (world) => world.open('src/routes.ts'),
  async handle(world, uri) {
    await world.client.pullUntil(uri, (items) => items.length === 1);
    const patterns = world.client.registrations.find((r) => r.method === 'workspace/didChangeWatchedFiles');
    expect(JSON.stringify(patterns?.registerOptions)).toContain('telint.json');
    world.write('src/label.ts', world.read('src/label.ts').replace("'fixed'", 'req.originalUrl'));
    await world.changed('src/label.ts');
    await world.client.pullUntil(uri, (items) => items.length === 2);
  },
});

defineTest('a client that cannot pull is pushed to, with the version', {
  fs: METRIC_SERVICE,
  client: { capabilities: POOR, rootOnly: true },
  prepare: (world) => world.open('src/routes.ts'),
  async handle(world, uri) {
    expect(world.client.result?.capabilities.diagnosticProvider).toBeUndefined();
    await world.client.pushedUntil(uri, (p) => p.version === 1 && p.diagnostics.length === 1);
    const version = await world.client.change(uri, world.read('src/routes.ts').replace('req.path', "'/fixed'"));
    await world.client.pushedUntil(uri, (p) => p.version === version && p.diagnostics.length === 0);
    await world.client.change(uri, world.read('src/routes.ts'));
    await world.client.pushedUntil(uri, (p) => p.version === 3 && p.diagnostics.length === 1);
    await world.client.close(uri);
    await world.client.pushedUntil(uri, (p) => p.diagnostics.length === 0);
  },
});

defineTest('files that changed on disk are noticed on save by a server whose client does not watch', {
  fs: METRIC_SERVICE,
  client: { capabilities: POOR },
  prepare: (world) => world.open('src/routes.ts'),
  async handle(world, uri) {
    await world.client.pushedUntil(uri, (p) => p.diagnostics.length === 1);
    world.write('src/label.ts', world.read('src/label.ts').replace("'fixed'", 'req.originalUrl'));
    await world.client.connection.sendNotification('textDocument/didSave', { textDocument: { uri } });
    await world.client.pushedUntil(uri, (p) => p.diagnostics.length === 2);
  },
});

defineTest('every folder has its own configuration; the nearest telint.json counts', {
  fs: {
    'a/package.json': '{}',
    'a/src/x.ts': OPEN_SPAN,
    'b/package.json': '{}',
    'b/telint.json': '{ "rules": { "require-span-end": "off" } }',
    'b/src/x.ts': OPEN_SPAN,
    'b/inner/telint.json': '{ "rules": { "require-span-end": "warn" } }',
    'b/inner/x.ts': OPEN_SPAN,
    'b/skipped/telint.json': '{ "ignore": ["old"] }',
    'b/skipped/old/x.ts': OPEN_SPAN,
  },
  client: { folders: ['a', 'b'] },
  async handle(world) {
    for (const name of ['a/src/x.ts', 'b/src/x.ts', 'b/inner/x.ts', 'b/skipped/old/x.ts']) await world.open(name);
    expect((await world.findings('a/src/x.ts')).map((d) => d.severity)).toEqual([1]);
    expect((await world.findings('b/inner/x.ts')).map((d) => d.severity)).toEqual([2]);
    expect(await world.client.pull(world.uri('b/src/x.ts'))).toMatchObject({ items: [] });
    expect(await world.client.pull(world.uri('b/skipped/old/x.ts'))).toMatchObject({ items: [] });
  },
});

defineTest('folders come and go', {
  fs: { 'a/telint.json': '{ "rules": { "require-span-end": "off" } }', 'a/x.ts': OPEN_SPAN, 'b/x.ts': OPEN_SPAN },
  client: { folders: ['b'] },
  async handle(world) {
    await world.open('b/x.ts');
    await world.findings('b/x.ts');
    const folder = (name: string) => ({ uri: world.uri(name), name });
    await world.client.connection.sendNotification('workspace/didChangeWorkspaceFolders', {
      event: { added: [folder('a')], removed: [folder('b')] },
    });
    await world.open('a/x.ts');
    await world.client.pullUntil(world.uri('a/x.ts'), (items) => items.length === 0);
    await world.findings('b/x.ts');
  },
});

defineTest('a mistake in telint.json is shown at its key, the recommended rules go on, and a repair is noticed', {
  fs: { 'telint.json': '{\n  "preset": "recommended",\n  "ruels": {}\n}\n', 'x.ts': OPEN_SPAN },
  prepare: (world) => world.open('x.ts'),
  async handle(world) {
    await world.findings('x.ts');
    const config = world.uri('telint.json');
    const { diagnostics } = await world.client.pushedUntil(config, (p) => p.diagnostics.length === 1);
    expect(diagnostics[0]?.range.start).toEqual({ line: 2, character: 2 });
    expect(diagnostics[0]?.message).toContain('telint.json: "ruels" is not known.');
    world.write('telint.json', '{ "rules": { "require-span-end": "off" } }');
    await world.changed('telint.json');
    await world.findings('x.ts', (items) => items.length === 0);
    await world.client.pushedUntil(config, (p) => p.diagnostics.length === 0);
    world.write('telint.json', '{ "rules": ');
    await world.changed('telint.json');
    await world.findings('x.ts');
    await world.client.pushedUntil(config, (p) => p.diagnostics.length === 1);
  },
});

defineTest('settings are asked for, and what is wrong with them is said', {
  fs: { 'x.ts': OPEN_SPAN },
  client: { settings: { lint: { perFile: 'off' }, codeLens: 'yes' } },
  prepare: (world) => world.open('x.ts'),
  async handle(world) {
    await world.findings('x.ts', (items) => items.length === 0);
    await until(
      () => world.client.messages.length > 0,
      () => 'a message about the settings',
    );
    expect(world.client.messages.join()).toContain('telint.codeLens must be true or false.');
    world.client.settings = { lint: { perFile: 'on' } };
    await world.client.connection.sendNotification('workspace/didChangeConfiguration', { settings: null });
    await world.findings('x.ts');
  },
});

defineTest('settings come with initializationOptions from a client that cannot be asked', {
  fs: { 'x.ts': OPEN_SPAN },
  client: { capabilities: POOR, initializationOptions: { lint: { perFile: 'off' } } },
  prepare: (world) => world.open('x.ts'),
  async handle(world, uri) {
    await world.client.pushedUntil(uri, (p) => p.diagnostics.length === 0);
    await world.client.connection.sendNotification('workspace/didChangeConfiguration', {
      settings: { telint: { lint: { perFile: 'on' } } },
    });
    await world.client.pushedUntil(uri, (p) => p.diagnostics.length === 1);
  },
});
