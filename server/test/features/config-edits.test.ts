import { expect } from 'vitest';
import { POOR } from '../support/client.ts';
import { defineTest } from '../support/define-test.ts';
import { OPEN_SPAN } from '../support/sources.ts';

for (const [how, capabilities] of [
  ['pulls', undefined],
  ['is pushed to', POOR],
] as const)
  defineTest(`a configuration counts as it is typed, and mistakes in it show at once: a client that ${how}`, {
    fs: { 'telint.json': '{ "rules": { "require-span-end": "warn" } }', 'x.ts': OPEN_SPAN },
    ...(capabilities ? { client: { capabilities } } : {}),
    prepare: async (world) => [await world.open('x.ts'), await world.open('telint.json')] as const,
    async handle(world, [code, config]) {
      const severity = async (wanted: number | undefined): Promise<void> => {
        if (capabilities) await world.client.pushedUntil(code, ({ diagnostics: [d] }) => d?.severity === wanted);
        else await world.client.pullUntil(code, ([d]) => d?.severity === wanted);
      };
      await severity(2);
      await world.client.change(config, '{ "rules": { "require-span-end": "error" } }');
      await severity(1);
      await world.client.change(config, '{ "rules": { "require-span-edn": "off" } }');
      const broken = await world.client.pushedUntil(config, ({ diagnostics }) => diagnostics.length === 1);
      expect(broken.diagnostics[0]?.message).toContain('there is no rule "require-span-edn"');
      expect(broken.diagnostics[0]?.range.start.character).toBe('{ "rules": { '.length);
      // While it is broken, what was saved counts.
      await severity(2);
      await world.client.change(config, '{ "rules": { "require-span-end": "off" } }');
      await world.client.pushedUntil(config, ({ diagnostics }) => diagnostics.length === 0);
      await severity(undefined);
      // Closed without saving: the file on disk counts again.
      await world.client.close(config);
      await severity(2);
    },
  });
