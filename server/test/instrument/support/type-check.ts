import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const HERE = dirname(fileURLToPath(import.meta.url));
const TABLE = join(HERE, '../table');
const RUNTIME = join(HERE, '../../../../runtime/src');

/**
 * Type errors of files, by key: all of them in one program against the real packages. Each file lives in a folder of its
 * own beside the table, so that packages resolve; the folders do not exist on disk.
 */
export function typeErrors(
  files: ReadonlyMap<string, { readonly path: string; readonly text: string }>,
): ReadonlyMap<string, readonly string[]> {
  const virtual = new Map<string, string>();
  const roots = new Map<string, string>();
  for (const [key, { path, text }] of files) {
    const folder = join(TABLE, `virtual-${roots.size}`);
    roots.set(key, join(folder, path));
    virtual.set(join(folder, path), text);
    virtual.set(join(folder, 'kit.ts'), readFileSync(join(TABLE, 'kit.ts'), 'utf8'));
    virtual.set(join(folder, 'data.json'), '{ "size": 3 }');
  }
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    resolveJsonModule: true,
    esModuleInterop: true,
    strict: true,
    noUncheckedIndexedAccess: true,
    noImplicitReturns: true,
    noImplicitOverride: true,
    noPropertyAccessFromIndexSignature: true,
    allowUnreachableCode: false,
    allowJs: true,
    checkJs: false,
    jsx: ts.JsxEmit.Preserve,
    skipLibCheck: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    types: ['node'],
    paths: { '@telint/runtime': [join(RUNTIME, 'index.ts')], '@telint/runtime/metrics': [join(RUNTIME, 'metrics.ts')] },
  };
  const folders = new Set([...virtual.keys()].flatMap((path) => [dirname(path), dirname(dirname(path))]));
  const host = ts.createCompilerHost(options);
  const disk = ts.createCompilerHost(options);
  host.fileExists = (path) => virtual.has(path) || disk.fileExists(path);
  host.readFile = (path) => virtual.get(path) ?? disk.readFile(path);
  host.directoryExists = (path) => folders.has(path) || (disk.directoryExists?.(path) ?? true);
  host.getSourceFile = (path, languageVersion, ...rest) => {
    const text = virtual.get(path);
    return text === undefined
      ? disk.getSourceFile(path, languageVersion, ...rest)
      : ts.createSourceFile(path, text, languageVersion, true);
  };
  const program = ts.createProgram([...roots.values()], options, host);
  const errors = new Map<string, readonly string[]>();
  for (const [key, path] of roots) {
    const source = program.getSourceFile(path);
    const found = source
      ? [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
      : ['file is not in the program'];
    errors.set(
      key,
      found.map((d) =>
        typeof d === 'string' ? d : `TS${d.code}: ${ts.flattenDiagnosticMessageText(d.messageText, '\n')}`,
      ),
    );
  }
  return errors;
}
