import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BenchRow } from '../../scripts/lib/bench-rows.ts';

const RUNS = 3;
const require = createRequire(import.meta.url);
const own = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const packageFolder = (name: string): string => dirname(require.resolve(`${name}/package.json`));

/** Files with a label that only types know; each imports the whole runtime. */
const FILES_WITH_QUESTIONS = 40;

/** `telint check --types` against the type check of the same project by TypeScript 6. */
export function bench(): Promise<BenchRow[]> {
  const built = own('../dist/telint.js');
  const isBuilt = existsSync(join(dirname(built), 'types/worker.js'));
  const telint = isBuilt ? built : own('../src/telint.ts');
  const note = isBuilt ? '' : '; from sources, not the built file';
  return Promise.resolve([
    against('native', 'TypeScript 7.1', 0.25, telint, note),
    against('classic', 'TypeScript 6', 0.5, telint, note),
  ]);
}

function against(kind: 'native' | 'classic', name: string, target: number, telint: string, note: string): BenchRow {
  const root = project(kind);
  try {
    const tsc = join(packageFolder('typescript'), 'bin/tsc');
    const check = (...args: string[]) => time(telint, ['check', '--format', 'json', ...args], root);
    const times = Array.from({ length: RUNS }, () => ({
      typed: check('--types'),
      untyped: check(),
      tsc: time(tsc, ['--noEmit', '-p', '.'], root),
    }));
    const best = (key: keyof (typeof times)[number]): number => Math.min(...times.map((t) => t[key].wall));
    const findings = (times[0]?.typed.findings ?? 0) - (times[0]?.untyped.findings ?? 0);
    if (findings <= 0) throw new Error('types made no difference: nothing was measured');
    return {
      id: `telint check --types (${name}) vs tsc --noEmit`,
      ratio: best('typed') / best('tsc'),
      target,
      direction: 'max',
      note: `sources of plugin, server and runtime with their dependencies, and ${FILES_WITH_QUESTIONS} files with ${findings} findings that need types; ${seconds(best('typed'))} against ${seconds(best('tsc'))} of TypeScript 6, without types ${seconds(best('untyped'))}${note}`,
    };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** Packages of this repository as one project, with files whose metrics come from a package that only its types know. */
export function project(kind: 'native' | 'classic'): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'telint-bench-types-')));
  for (const folder of ['runtime/src', 'eslint-plugin/src', 'server/src'])
    cpSync(own(`../../${folder}`), join(root, folder), { recursive: true });
  cpSync(own('../../eslint-plugin/package.json'), join(root, 'eslint-plugin/package.json'));
  const modules = own('../../node_modules');
  mkdirSync(join(root, 'node_modules'));
  for (const entry of readdirSync(modules))
    if (entry !== 'typescript' && !entry.startsWith('.'))
      symlinkSync(join(modules, entry), join(root, 'node_modules', entry));
  symlinkSync(
    packageFolder(kind === 'native' ? '@typescript/native' : 'typescript'),
    join(root, 'node_modules/typescript'),
  );
  const files: Record<string, string> = {
    'package.json': JSON.stringify({ name: 'bench', type: 'module', dependencies: { 'prom-client': '15.1.3' } }),
    'tsconfig.json': JSON.stringify({
      compilerOptions: {
        strict: true,
        target: 'es2023',
        module: 'nodenext',
        lib: ['es2024', 'dom'],
        noEmit: true,
        skipLibCheck: true,
        allowImportingTsExtensions: true,
        types: ['node'],
      },
      include: ['runtime/src', 'eslint-plugin/src', 'server/src', 'services'],
    }),
    'services/kit.d.ts': `import type { Counter } from 'prom-client';\nexport declare function counterOf(name: string): Counter<'user' | 'plan'>;\n`,
  };
  for (let i = 0; i < FILES_WITH_QUESTIONS; i++)
    files[`services/orders-${i}.ts`] =
      `import { counterOf } from './kit.js';\nimport * as runtime from '../runtime/src/index.ts';\nconst orders = counterOf('orders_${i}_total');\nexport const names = Object.keys(runtime);\nexport function order(userId: string, plan: 'a' | 'b') {\n  orders.inc({ user: userId });\n  orders.inc({ plan });\n}\n`;
  mkdirSync(join(root, 'services'));
  for (const [path, text] of Object.entries(files)) writeFileSync(join(root, path), text);
  return root;
}

/** Wall clock of a whole process, and the findings that it reports. */
function time(
  program: string,
  args: readonly string[],
  cwd: string,
): { readonly wall: number; readonly findings: number } {
  const started = performance.now();
  const { stdout, stderr, error } = spawnSync(process.execPath, [program, ...args], {
    cwd,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const wall = performance.now() - started;
  if (error) throw error;
  if (!program.includes('telint')) return { wall, findings: 0 };
  if (!stdout.startsWith('[')) throw new Error(`telint failed: ${stderr.slice(-500)}`);
  const results = JSON.parse(stdout) as readonly { readonly messages: readonly unknown[] }[];
  return { wall, findings: results.reduce((n, { messages }) => n + messages.length, 0) };
}

function seconds(time: number): string {
  return `${(time / 1000).toFixed(2)} s`;
}
