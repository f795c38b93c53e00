import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const path = (relative: string): string => fileURLToPath(new URL(`../../${relative}`, import.meta.url));

/** Findings of a folder from a process of its own: parsers are loaded once per process. */
function findings(folder: string, withoutOxc: boolean): string[] {
  const script = `
    import Module from 'node:module';
    const load = Module._load;
    Module._load = function (name, ...rest) {
      if (${String(withoutOxc)} && name === 'oxc-parser') throw new Error('There is no binary for this platform.');
      return load.call(this, name, ...rest);
    };
    const { Runner } = await import(${JSON.stringify(path('server/src/runner.ts'))});
    const { configOf } = await import(${JSON.stringify(path('server/src/config.ts'))});
    const { useFallbackParser } = await import(${JSON.stringify(path('server/src/fallback-parser.ts'))});
    useFallbackParser();
    const runner = new Runner(${JSON.stringify(folder)}, configOf({ preset: 'all' }, 'telint.json'));
    for (const file of ${JSON.stringify(filesOf(folder))}) {
      const { findings, error } = runner.lint(file);
      if (error) console.log(file, error);
      for (const f of findings) console.log(file, f.range.start, f.range.end, f.rule, f.message, JSON.stringify(f.fixes));
    }
    console.log('typescript is', process.moduleLoadList === undefined ? '' : Object.keys(Module._cache).some((f) => f.includes('typescript-estree')) ? 'used' : 'not used');`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  if (stdout === '') throw new Error(stderr);
  return stdout.trim().split('\n');
}

function filesOf(folder: string): string[] {
  return readdirSync(join(folder, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(folder, 'src', file))
    .sort();
}

it('the parser without a binary gives the same findings', () => {
  const folder = path('examples/shop');
  const [native, fallback] = [findings(folder, false), findings(folder, true)];
  expect(native.pop()).toBe('typescript is not used');
  expect(fallback.pop()).toBe('typescript is used');
  expect(native.length).toBeGreaterThan(20);
  expect(fallback).toEqual(native);
}, 60_000);
