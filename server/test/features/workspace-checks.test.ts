import { expect } from 'vitest';
import { defineTest } from '../support/define-test.ts';

const metric = (help: string): string =>
  `import { Counter } from 'prom-client';\nexport const orders = new Counter({ name: 'orders_total', help: '${help}' });\norders.inc();\n`;

const FILES = {
  'package.json': '{ "name": "shop" }',
  'src/main.ts': `import './a.ts';\nimport './b.ts';\n`,
  'src/a.ts': metric('Orders.'),
  'src/b.ts': metric('Orders taken.'),
};

const duplicates = (items: readonly { readonly code?: unknown }[]): number =>
  items.filter(({ code }) => String(code).endsWith('no-duplicate-metric')).length;

defineTest('what only several files together tell comes by itself, moves with the text and goes with its cause', {
  fs: FILES,
  prepare: (world) => world.open('src/b.ts'),
  async handle(world, uri) {
    const before = await world.client.pullUntil(uri, (items) => duplicates(items) === 1);
    await world.client.change(uri, `// above\n${world.read('src/b.ts')}`);
    const after = await world.client.pullUntil(uri, (items) => duplicates(items) === 1);
    expect(after[0]?.range.start.line).toBe((before[0]?.range.start.line ?? -2) + 1);
    // The other file is repaired in the editor, and not saved.
    const other = await world.open('src/a.ts', metric('Orders taken.'));
    await world.client.pullUntil(uri, (items) => duplicates(items) === 0);
    await world.client.change(other, metric('Orders.'));
    await world.client.pullUntil(uri, (items) => duplicates(items) === 1);
    expect(world.client.refreshes).toBeGreaterThan(0);
  },
});

defineTest('files that are ignored and checks that are off are left alone', {
  fs: { ...FILES, 'telint.json': '{ "rules": { "no-duplicate-metric": "off" } }' },
  prepare: (world) => world.open('src/b.ts'),
  async handle(world, uri) {
    const config = await world.open('telint.json');
    await world.client.request('telint/settled', null);
    // The rule is switched on in the editor, and not saved: rules follow what is shown.
    await world.client.change(config, '{}');
    await world.client.pullUntil(uri, (items) => duplicates(items) === 1);
    await world.client.change(config, '{ "ignore": ["src/b.ts"] }');
    await world.client.pullUntil(uri, (items) => duplicates(items) === 0);
  },
});

defineTest('checking the workspace counts findings across files, and open files have them', {
  fs: FILES,
  prepare: (world) => world.open('src/b.ts'),
  async handle(world) {
    const summary: { byRule: Record<string, number> } = await world.client.request('workspace/executeCommand', {
      command: 'telint.checkWorkspace',
    });
    expect(summary.byRule['telint/no-duplicate-metric']).toBeGreaterThan(0);
    await world.client.pullUntil(world.uri('src/b.ts'), (items) => duplicates(items) === 1);
  },
});
