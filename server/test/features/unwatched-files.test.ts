import { rmSync } from 'node:fs';
import { expect } from 'vitest';
import type { Diagnostic, Hover } from 'vscode-languageserver-protocol';
import { POOR } from '../support/client.ts';
import { defineTest, type World } from '../support/define-test.ts';
import { METRIC_SERVICE, OPEN_SPAN } from '../support/sources.ts';
import { until } from '../support/until.ts';

const UNWATCHED = { capabilities: POOR };

const save = (world: World, name: string): Promise<void> =>
  world.client.connection.sendNotification('textDocument/didSave', { textDocument: { uri: world.uri(name) } });

const shown = (world: World, name: string, isAwaited: (items: readonly Diagnostic[]) => boolean) =>
  world.client.pushedUntil(world.uri(name), ({ diagnostics }) => isAwaited(diagnostics));

defineTest('telint.json that comes, changes, breaks and goes on disk counts from the next save on', {
  fs: { 'package.json': '{}', 'src/x.ts': OPEN_SPAN, 'src/y.ts': OPEN_SPAN },
  client: UNWATCHED,
  prepare: (world) => world.open('src/x.ts'),
  async handle(world) {
    const severities = (...wanted: readonly (1 | 2)[]) =>
      shown(world, 'src/x.ts', (items) => JSON.stringify(items.map((d) => d.severity)) === JSON.stringify(wanted));
    await severities(1);
    for (const name of ['telint.json', 'src/telint.json']) {
      world.write(name, '{ "rules": { "require-span-end": "off" } }');
      await save(world, 'src/x.ts');
      await severities();
      world.write(name, '{ "rules": { "require-span-end": "warn" } }');
      await save(world, 'src/x.ts');
      await severities(2);
      world.write(name, '{ "rules": {');
      await save(world, 'src/x.ts');
      await severities(1);
      await world.client.pushedUntil(world.uri(name), ({ diagnostics }) => diagnostics.length === 1);
      rmSync(world.path(name));
      // Opening a file is reason enough to look, too.
      await world.open('src/y.ts');
      await world.client.pushedUntil(world.uri(name), ({ diagnostics }) => diagnostics.length === 0);
      await world.client.close(world.uri('src/y.ts'));
      await severities(1);
    }
  },
});

defineTest('paths of tsconfig.json that change on disk count from the next save on', {
  fs: {
    ...METRIC_SERVICE,
    'src/alias.ts': `import type { Request } from 'express';
import { requests } from '@kit/metrics';

export function handle(req: Request) {
  requests.inc({ route: req.path, method: 'GET' });
}
`,
  },
  client: UNWATCHED,
  prepare: (world) => world.open('src/alias.ts'),
  async handle(world) {
    await shown(world, 'src/alias.ts', (items) => items.length === 0);
    const paths = (target: string) => JSON.stringify({ compilerOptions: { paths: { '@kit/*': [target] } } });
    for (const [target, count] of [
      ['./src/*', 1],
      ['./gone/*', 0],
      ['./src/*', 1],
    ] as const) {
      world.write('tsconfig.json', paths(target));
      await save(world, 'src/alias.ts');
      await shown(world, 'src/alias.ts', (items) => items.length === count);
    }
  },
});

defineTest('dependencies that change in package.json on disk count from the next save on', {
  fs: { ...METRIC_SERVICE, 'src/work.ts': OPEN_SPAN },
  client: UNWATCHED,
  prepare: (world) => world.open('src/routes.ts'),
  async handle(world, uri) {
    const manifest = JSON.parse(METRIC_SERVICE['package.json'] ?? '') as { dependencies: Record<string, string> };
    const inserted = async (): Promise<string> => {
      const position = world.at('src/routes.ts', 'duration.observe').position;
      const actions = await world.client.request('textDocument/codeAction', {
        textDocument: { uri },
        range: { start: position, end: position },
        context: { diagnostics: [], only: ['refactor'] },
      });
      return JSON.stringify(actions);
    };
    await shown(world, 'src/routes.ts', (items) => items.length === 1);
    expect(await inserted()).not.toContain('@telint/runtime');
    const dependencies = { ...manifest.dependencies, '@telint/runtime': '1.0.0' };
    world.write('package.json', JSON.stringify({ ...manifest, dependencies }));
    await save(world, 'src/routes.ts');
    await until(
      async () => (await inserted()).includes('@telint/runtime'),
      () => 'actions in the words of the runtime',
    );
    world.write('package.json', METRIC_SERVICE['package.json'] ?? '');
    await save(world, 'src/routes.ts');
    await until(
      async () => !(await inserted()).includes('@telint/runtime'),
      () => 'actions in the words of OpenTelemetry',
    );
  },
});

defineTest('rule files and dashboards that change on disk count from the next save on', {
  fs: METRIC_SERVICE,
  client: UNWATCHED,
  prepare: (world) => world.open('src/metrics.ts'),
  async handle(world) {
    const hover = async (): Promise<string> =>
      JSON.stringify(
        await world.client.request<Hover | null>('textDocument/hover', world.at('src/metrics.ts', 'app_')),
      );
    const rules = (name: string) =>
      `groups:\n- name: x\n  rules:\n  - alert: ${name}\n    expr: rate(app_requests_total[5m]) > 1\n`;
    await world.client.request('telint/settled', {});
    expect(await hover()).toContain('app_requests_total');
    for (const name of ['TooMany', 'FarTooMany']) {
      world.write('ops/rules.yaml', rules(name));
      await save(world, 'src/metrics.ts');
      await until(
        async () => (await hover()).includes(name),
        () => `${name} in the hover`,
      );
    }
    rmSync(world.path('ops'), { recursive: true });
    await save(world, 'src/metrics.ts');
    await until(
      async () => !(await hover()).includes('TooMany'),
      () => 'a hover without the alert',
    );
  },
});

defineTest('a folder that is nobody’s project is not read; its own configuration counts all the same', {
  fs: { 'x.ts': OPEN_SPAN },
  client: { ...UNWATCHED, folders: [] },
  prepare: (world) => world.open('x.ts'),
  async handle(world) {
    await shown(world, 'x.ts', (items) => items.length === 1);
    world.write('telint.json', '{ "rules": { "require-span-end": "off" } }');
    await save(world, 'x.ts');
    await shown(world, 'x.ts', (items) => items.length === 0);
    rmSync(world.path('telint.json'));
    await save(world, 'x.ts');
    await shown(world, 'x.ts', (items) => items.length === 1);
  },
});
