import { expect } from 'vitest';
import { defineTest, type World } from '../support/define-test.ts';

const APP = `import express from 'express';
import { orders } from './orders';
const app = express();
app.use('/api', orders);
`;

async function routes({ client }: World): Promise<readonly string[]> {
  const { handlers } = await client.request<{ handlers: readonly { name: string }[] }>('telint/inventory', {});
  return handlers.map(({ name }) => name);
}

defineTest('the telemetry view names routes as `telint coverage` does, and follows edits of what mounts them', {
  fs: {
    'package.json': '{ "name": "shop", "dependencies": { "express": "5" } }',
    'src/app.ts': APP,
    'src/orders.ts': `import { Router } from 'express';
export const orders = Router();
orders.get('/orders/:id', (req, res) => res.end());
`,
  },
  async handle(world) {
    expect(await routes(world)).toEqual(['GET /api/orders/:id']);
    world.write('src/app.ts', APP.replace('/api', '/v2'));
    await world.changed('src/app.ts');
    await expect.poll(() => routes(world), { timeout: 20_000 }).toEqual(['GET /v2/orders/:id']);
  },
});
