import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import * as propagation from '../src/propagation.ts';

const page = readFileSync(new URL('../docs/propagation.md', import.meta.url), 'utf8');

it('every exported function is in the documentation', () => {
  expect(Object.keys(propagation).filter((name) => !page.includes(name))).toEqual([]);
});
