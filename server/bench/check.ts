/** `telint check` against ESLint with the plugin, and against the compiler without output. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BenchRow } from '../../scripts/lib/bench-rows.ts';
import { folders, race, timed, type Folder, type Time } from './support/folders.ts';

const own = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const require = createRequire(import.meta.url);
/** Below that the start of the processes decides. */
const MIN_FILES = 1000;

/** Rows of one repository after the other. */
export function* bench(): Generator<BenchRow> {
  const built = own('../dist/telint.js');
  if (!existsSync(built)) throw new Error(`There is no ${built}: run npm run build first.`);
  for (const folder of folders()) yield* rows(folder, built);
}

function* rows({ path, files }: Folder, telint: string): Generator<BenchRow> {
  const scratch = mkdtempSync(join(tmpdir(), 'telint-bench-'));
  try {
    const project = writeProject(scratch, files);
    const tsc = join(require.resolve('typescript/package.json'), '../lib/tsc.js');
    const { check, eslint, compiler } = race({
      check: () => timed(telint, ['check', '--format', 'json'], path),
      eslint: () => timed(own('support/eslint-folder.ts'), [path], path),
      // Without dependencies there are errors; the files are type-checked all the same.
      compiler: () => timed(tsc, ['--noEmit', '-p', project], path, [0, 1, 2]),
    });
    const size = `${files.length} files`;
    yield {
      id: `ESLint / telint check, ${basename(path)}`,
      ratio: eslint.wall / check.wall,
      target: files.length >= MIN_FILES ? 10 : 1,
      direction: 'min',
      note: `${size}, whole processes; ${against(check, eslint)}`,
    };
    yield {
      id: `telint check / tsc --noEmit, ${basename(path)}`,
      ratio: check.wall / compiler.wall,
      target: files.length >= MIN_FILES ? 0.1 : 1,
      direction: 'max',
      note: `${size}, TypeScript ${(require('typescript/package.json') as { version: string }).version} over the same files, dependencies not installed; ${against(check, compiler)}`,
    };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** A project of the files that `telint check` looks at, with the options that most services have. */
function writeProject(scratch: string, files: readonly string[]): string {
  const project = join(scratch, 'tsconfig.json');
  const compilerOptions = {
    strict: true,
    target: 'es2022',
    module: 'esnext',
    moduleResolution: 'bundler',
    jsx: 'preserve',
    allowJs: true,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
    experimentalDecorators: true,
    types: [],
  };
  writeFileSync(project, JSON.stringify({ compilerOptions, files }));
  return project;
}

function against(ours: Time, theirs: Time): string {
  const cpu = (theirs.cpu / ours.cpu).toFixed(1);
  return `wall ${seconds(ours.wall)} against ${seconds(theirs.wall)}, processor ${seconds(ours.cpu)} against ${seconds(theirs.cpu)} (${cpu} ×)`;
}

function seconds(time: number): string {
  return `${(time / 1000).toFixed(2)} s`;
}
