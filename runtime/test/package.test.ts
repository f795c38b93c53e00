import { execFile, execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const PACKAGE = fileURLToPath(new URL('../', import.meta.url));
const MODULES = fileURLToPath(new URL('../../node_modules/', import.meta.url));
/** What a service has that traces: the peer, and the packages of the SDK that `register` composes. */
const INSTALLED = ['@opentelemetry', 'prom-client'];

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, string | object>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
}

const manifest = JSON.parse(readFileSync(`${PACKAGE}package.json`, 'utf8')) as Manifest;
const subPaths = Object.keys(manifest.exports).filter((subPath) => subPath !== './package.json');
const importName = (subPath: string): string => manifest.name + subPath.slice(1);

let project = '';
let packed: Packed;
const installed = (path: string): string => join(project, 'node_modules', manifest.name, path);

/** Runs Node in the project of a reader; the environment has nothing of the tests. */
function node(...args: string[]): Promise<{ stdout: string; stderr: string }> {
  const env = { PATH: process.env['PATH'], OTEL_TRACES_EXPORTER: 'none' };
  return run(process.execPath, args, { cwd: project, env, timeout: 30_000 });
}

beforeAll(() => {
  const missing = subPaths.filter((subPath) => {
    const target = manifest.exports[subPath] as { readonly import: { readonly default: string } };
    return !existsSync(PACKAGE + target.import.default);
  });
  if (missing.length > 0) throw new Error(`dist/ has no ${missing.join(', ')}: run npm run build first.`);
  project = mkdtempSync(join(tmpdir(), 'telint-package-'));
  const output = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', project], {
    cwd: PACKAGE,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    shell: process.platform === 'win32',
  });
  // npm 12 answers with an object by name, npm 11 and older with a list.
  const [first] = Object.values(JSON.parse(output) as Record<string, Packed>);
  if (first === undefined) throw new Error('npm pack packed nothing.');
  packed = first;
  execFileSync('tar', ['-xzf', packed.filename], { cwd: project });
  mkdirSync(join(project, 'node_modules/@telint'), { recursive: true });
  cpSync(join(project, 'package'), installed('.'), { recursive: true });
  for (const name of INSTALLED) symlinkSync(MODULES + name, join(project, 'node_modules', name), 'junction');
  writeFileSync(join(project, 'package.json'), '{ "name": "reader", "type": "module" }\n');
  writeFileSync(join(project, 'app.js'), '');
}, 60_000);

afterAll(() => {
  if (project !== '') rmSync(project, { recursive: true, force: true });
});

describe('the package', () => {
  it('holds the build, the documents and nothing else', () => {
    const others = packed.files
      .map(({ path }) => path)
      .filter(
        (path) =>
          !/^(?:dist\/.+\.(?:c?js|d\.c?ts)|docs\/[\w-]+\.md|package\.json|README\.md|LICENSE|CHANGELOG\.md)$/.test(
            path,
          ),
      );
    expect(others).toEqual([]);
    expect(packed.files.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['LICENSE', 'README.md', 'docs/api.md']),
    );
    console.log(
      `${packed.filename}: ${packed.size} bytes packed, ${packed.unpackedSize} unpacked, ${packed.files.length} files`,
    );
  });

  it('has no text of the tests and benchmarks in it', () => {
    const suspicious =
      /from ['"](?:vitest|eslint|typescript)['"]|\bRuleTester\b|\b(?:describe|it)\(["'`]|\/work\/|file:\/\//;
    const found = packed.files.filter(
      ({ path }) => path.startsWith('dist/') && suspicious.test(readFileSync(installed(path), 'utf8')),
    );
    expect(found).toEqual([]);
  });

  it('depends on nothing at run time', () => {
    expect(manifest.dependencies).toBeUndefined();
  });
});

describe('the build', () => {
  const builtFiles = (pattern: string): string[] =>
    globSync(pattern, { cwd: installed('dist') }).map((file) => `dist/${file}`);

  /** Specifiers of imports, `require` and `import()` in a file. */
  function specifiers(file: string): string[] {
    const text = readFileSync(installed(file), 'utf8');
    return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
  }

  it('imports only Node, its own files and the peer that is not optional', () => {
    const files = builtFiles('**/*.{js,cjs}');
    const bare = files.flatMap(specifiers).filter((name) => !name.startsWith('.') && !isBuiltin(name));
    expect(new Set(bare)).toEqual(new Set(['@opentelemetry/api']));
    expect(files.length).toBeGreaterThan(2 * subPaths.length - 1);
  });

  it('names no type of a library that is no peer', () => {
    const bare = builtFiles('**/*.d.{ts,cts}')
      .flatMap(specifiers)
      .filter((name) => !name.startsWith('.') && !isBuiltin(name));
    const peers = Object.keys(manifest.peerDependencies);
    expect([...new Set(bare)].filter((name) => !peers.includes(name))).toEqual([]);
  });
});

describe.each(subPaths)('%s', (subPath) => {
  const print = 'console.log(JSON.stringify(Object.keys(module).filter((name) => name !== "module.exports").sort()))';

  it('is imported and required, with the same names', async () => {
    const name = importName(subPath);
    const esm = await node('--input-type=module', '-e', `import * as module from '${name}'; ${print}`);
    const cjs = await node('--input-type=commonjs', '-e', `{ const module = require('${name}'); ${print} }`);
    // Tools that do not know `module-sync`, bundlers of older services above all, take the CommonJS build.
    const target = manifest.exports[subPath] as { readonly require: { readonly default: string } };
    const built = `./node_modules/${manifest.name}/${target.require.default.slice(2)}`;
    const bundled = await node('--input-type=commonjs', '-e', `{ const module = require('${built}'); ${print} }`);
    const [imported, required, older] = [esm, cjs, bundled].map(({ stdout }) => JSON.parse(stdout) as string[]);
    expect(required).toEqual(imported);
    expect(older).toEqual(imported);
    if (subPath !== './register') expect(imported?.length).toBeGreaterThan(0);
    expect([esm.stderr, cjs.stderr, bundled.stderr]).toEqual(['', '', '']);
  }, 30_000);
});

describe('import and require in one process', () => {
  it('give one copy: the same classes, contexts and metrics', async () => {
    const { stdout } = await node(
      '--input-type=module',
      '-e',
      `import { createRequire } from 'node:module';
       import { TelintError } from '${manifest.name}';
       import { withRequestContext } from '${manifest.name}/log';
       const require = createRequire(import.meta.url);
       const { correlation } = require('${manifest.name}/log');
       const same = require('${manifest.name}').TelintError === TelintError;
       console.log(same, withRequestContext({ requestId: 'r1' }, () => JSON.stringify(correlation())));`,
    );
    expect(stdout).toBe('true {"request_id":"r1"}\n');
  });
});

describe('register', () => {
  it.each(['--import', '--require'])('starts with %s', async (flag) => {
    const { stderr } = await node(flag, importName('./register'), 'app.js');
    expect(stderr).toBe('');
    const evaluated = await node(flag, importName('./register'), '-e', '');
    expect(evaluated.stderr).toBe('');
  });

  it('lets a service start without the SDK and says what is missing', async () => {
    rmSync(join(project, 'node_modules/@opentelemetry'));
    mkdirSync(join(project, 'node_modules/@opentelemetry'));
    symlinkSync(`${MODULES}@opentelemetry/api`, join(project, 'node_modules/@opentelemetry/api'), 'junction');
    const { stderr } = await node('--import', importName('./register'), 'app.js');
    expect(stderr).toContain('TELINT_START_FAILED');
    expect(stderr).toContain('npm install');
  });
});
