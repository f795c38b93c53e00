import { expect } from 'vitest';
import { defineTest } from '../support/define-test.ts';

const metric = (help: string): string =>
  `import { Counter } from 'prom-client';\nexport const orders = new Counter({ name: 'orders_total', help: '${help}' });\norders.inc();\n`;

defineTest('checking the workspace shows what only several files together tell, until the file is edited', {
  fs: {
    'package.json': '{ "name": "shop" }',
    'src/main.ts': `import './a.ts';\nimport './b.ts';\n`,
    'src/a.ts': metric('Orders.'),
    'src/b.ts': metric('Orders taken.'),
  },
  prepare: (world) => world.open('src/b.ts'),
  async handle(world, document) {
    const uri = world.uri('src/b.ts');
    const duplicates = (items: readonly { readonly code?: unknown }[]): number =>
      items.filter(({ code }) => String(code).endsWith('no-duplicate-metric')).length;
    await world.client.pullUntil(uri, (items) => duplicates(items) === 0);
    const summary: { byRule: Record<string, number> } = await world.client.request('workspace/executeCommand', {
      command: 'telint.checkWorkspace',
    });
    expect(summary.byRule['telint/no-duplicate-metric']).toBeGreaterThan(0);
    await world.client.pullUntil(uri, (items) => duplicates(items) === 1);
    await world.client.change(document, `${world.read('src/b.ts')}// edited\n`);
    await world.client.pullUntil(uri, (items) => duplicates(items) === 0);
  },
});
