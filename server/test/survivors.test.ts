import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { workspace } from '../../eslint-plugin/test/support/workspace.ts';

const PROGRAM = fileURLToPath(new URL('support/measure-survivors.ts', import.meta.url));

// Six trees are made, and the last one counts. What holds the others (a weak map, a getter in a literal, a set that nodes
// are taken out of again) leaves them to the next full collection: up to half of what a key makes stayed, and every key took longer.
it('the tree of a text that somebody types in goes with the next collection of what is young', () => {
  const folder = workspace({ 'package.json': '{ "name": "service", "dependencies": { "prom-client": "^15.0.0" } }' });
  // Nothing is collected in between.
  const flags = ['--expose-gc', '--min-semi-space-size=128', '--max-semi-space-size=256'];
  const output = execFileSync(process.execPath, [...flags, PROGRAM, folder], { encoding: 'utf8' });
  const { findings, share, bytes } = JSON.parse(output) as { findings: number; share: number; bytes: number };
  expect(findings).toBeGreaterThan(0);
  expect(bytes).toBeGreaterThan(20_000_000);
  expect(share).toBeLessThan(0.09);
});
