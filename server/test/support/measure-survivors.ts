/** Types in a file without a pause and prints the share of new memory that outlives a collection of what is young. */
import { getHeapSpaceStatistics } from 'node:v8';
import { join } from 'node:path';
import { manyFunctions } from '../../../scripts/bench/generated-source.ts';
import { loadConfig } from '../../src/config.ts';
import { useFastParser } from '../../src/fast-parser.ts';
import { keepHeapSmall } from '../../src/heap.ts';
import { Runner } from '../../src/runner.ts';

/** Few enough for nothing to be collected in between. */
const KEYS = 6;
const [, , folder = ''] = process.argv;

/** Bytes in the spaces that trees can be in; the large objects of them hold texts. */
function used(): number {
  return getHeapSpaceStatistics()
    .filter(({ space_name }) => space_name === 'new_space' || space_name === 'old_space')
    .reduce((sum, { space_used_size }) => sum + space_used_size, 0);
}

async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

keepHeapSmall();
useFastParser({ keep: true });
const runner = new Runner(folder, loadConfig(folder));
const path = join(folder, 'service.ts');
const text = manyFunctions(1000);
async function type(): Promise<number> {
  let findings = 0;
  for (let key = 0; key < KEYS; key++) {
    runner.update(path, `${text}// ${'x'.repeat(key)}\n`);
    findings += runner.lint(path).findings.length;
    await turn();
  }
  return findings;
}

await type();
globalThis.gc?.();
const before = used();
const findings = await type();
const typed = used();
globalThis.gc?.({ type: 'minor' });
process.stdout.write(JSON.stringify({ findings, share: (used() - before) / (typed - before), bytes: typed - before }));
