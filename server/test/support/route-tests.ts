import { describe, expect, it } from 'vitest';
import { workspace } from '../../../eslint-plugin/test/support/workspace.ts';
import type { Coverage } from '../../src/cli/critical-paths.ts';
import { runCli } from './run-cli.ts';

const PACKAGE = JSON.stringify({
  name: 'shop',
  dependencies: { express: '5', fastify: '5', '@koa/router': '14', hono: '4', '@nestjs/common': '11' },
});

type Files = Readonly<Record<string, string>>;

async function routes(files: Files): Promise<string[]> {
  const root = workspace({ 'package.json': PACKAGE, ...files });
  const { out } = await runCli(root, ['coverage', '--format', 'json']);
  return (JSON.parse(out) as Coverage).paths.map(({ name }) => name);
}

/** Tests that `telint coverage` names the routes of some files so, in the order of the files. */
export function routeTests(title: string, cases: readonly (readonly [string, Files, readonly string[]])[]): void {
  describe(title, () => {
    it.each(cases)('%s', async (_, files, expected) => {
      expect(await routes(files)).toEqual(expected);
    });
  });
}
