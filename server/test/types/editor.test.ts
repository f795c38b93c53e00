import { expect } from 'vitest';
import { defineTest } from '../support/define-test.ts';
import { install, TYPED_SERVICE } from './support/projects.ts';

const TRUSTED = { initializationOptions: { trusted: true } };

defineTest(
  'a metric that only types know is found by TypeScript 7 of the project, and the client is asked to pull again',
  {
    fs: TYPED_SERVICE,
    client: TRUSTED,
    prepare: (world) => {
      install(world.root, 'native');
      return world.open('src/orders.ts');
    },
    async handle(world, uri) {
      const [finding, ...rest] = await world.client.pullUntil(uri, (items) => items.length > 0);
      expect(rest).toEqual([]);
      expect(finding).toMatchObject({ code: 'no-unbounded-metric-labels', range: { start: { line: 5 } } });
      expect(world.client.refreshes).toBeGreaterThan(0);
    },
  },
);
