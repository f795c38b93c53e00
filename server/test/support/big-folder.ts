import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from './define-test.ts';
import { METRIC_SERVICE } from './sources.ts';

/** A workspace that takes a while to read. */
export function bigFolder(count: number): string {
  const root = makeFolder(METRIC_SERVICE);
  const body = `import { a } from './a.ts';\nexport const x = 1;\n`.repeat(120);
  for (let d = 0; d < count / 100; d++) {
    mkdirSync(join(root, `src/d${d}`));
    for (let i = 0; i < 100; i++) writeFileSync(join(root, `src/d${d}/f${i}.ts`), body);
  }
  return root;
}
