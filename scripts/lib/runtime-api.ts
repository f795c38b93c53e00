/** The public API of the runtime package, read from its entry files. */
import { existsSync, readFileSync } from 'node:fs';
import ts from 'typescript';
import { inRoot } from './paths.ts';

/** An export of an entry file. */
export interface ApiExport {
  readonly name: string;
  readonly kind: 'function' | 'class' | 'constant' | 'type';
  /** `createMetrics(options?)` for functions, the name for everything else. */
  readonly signature: string;
  /** First sentence of its docstring. */
  readonly summary: string;
}

const PACKAGE = 'runtime/';

/** Source files of the package by the names under which they are imported. */
export function entryFiles(): Map<string, string> {
  const manifest = JSON.parse(readFileSync(inRoot(`${PACKAGE}package.json`), 'utf8')) as {
    readonly name: string;
    readonly exports: Readonly<Record<string, string | { readonly import: { readonly default: string } }>>;
  };
  return new Map(
    Object.entries(manifest.exports).flatMap(([subPath, target]) => {
      if (typeof target === 'string') return [];
      const file = target.import.default.replace('./dist/', 'src/').replace(/\.js$/, '.ts');
      return [[manifest.name + subPath.slice(1), inRoot(PACKAGE + file)] as const];
    }),
  );
}

/** Compiler options of the repository, with the package resolved to its sources. */
export function compilerOptions(): ts.CompilerOptions {
  const base = ts.readConfigFile(inRoot('tsconfig.base.json'), (name) => ts.sys.readFile(name)).config as {
    readonly compilerOptions: object;
  };
  return {
    ...ts.convertCompilerOptionsFromJson(base.compilerOptions, inRoot(PACKAGE)).options,
    noEmit: true,
    paths: Object.fromEntries([...entryFiles()].map(([name, file]) => [name, [file]])),
  };
}

/** A parameter in short: patterns are what callers pass as an object. */
function parameterText(parameter: ts.ParameterDeclaration): string {
  const { dotDotDotToken, name, questionToken, initializer } = parameter;
  const isOptional = questionToken !== undefined || initializer !== undefined;
  return `${dotDotDotToken ? '...' : ''}${ts.isIdentifier(name) ? name.text : 'options'}${isOptional ? '?' : ''}`;
}

function shapeOf(name: string, target: ts.Symbol, checker: ts.TypeChecker): Pick<ApiExport, 'kind' | 'signature'> {
  if ((target.flags & ts.SymbolFlags.Value) === 0) return { kind: 'type', signature: name };
  if (target.flags & ts.SymbolFlags.Class) return { kind: 'class', signature: name };
  const call = checker.getTypeOfSymbol(target).getCallSignatures()[0]?.declaration;
  if (call === undefined) return { kind: 'constant', signature: name };
  const parameters = call.parameters.filter((parameter) => ts.isParameter(parameter)).map(parameterText);
  return { kind: 'function', signature: `${name}(${parameters.join(', ')})` };
}

/** The first sentence of a docstring, on one line. */
export function firstSentence(docs: string): string {
  const text = docs.replaceAll(/\s+/g, ' ').trim();
  return /^.*?\.(?= [A-Z`]|$)/.exec(text)?.[0] ?? text;
}

let program: ts.Program | undefined;

/** The entry files that are there, as the compiler sees them; read once. */
export function apiProgram(): ts.Program {
  return (program ??= ts.createProgram(
    [...entryFiles().values()].filter((file) => existsSync(file)),
    compilerOptions(),
  ));
}

/** Exports of every sub-path, values and types, in the order of their names; functions first, types last. */
export function apiExports(): Map<string, ApiExport[]> {
  const entries = new Map([...entryFiles()].filter(([, file]) => existsSync(file)));
  const sources = apiProgram();
  const checker = sources.getTypeChecker();
  const order = ['function', 'class', 'constant', 'type'];
  return new Map(
    [...entries].map(([subPath, file]) => {
      const source = sources.getSourceFile(file);
      const module = source && checker.getSymbolAtLocation(source);
      const found = (module === undefined ? [] : checker.getExportsOfModule(module)).map((symbol): ApiExport => {
        const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
        const docs = ts.displayPartsToString(target.getDocumentationComment(checker));
        return { name: symbol.name, ...shapeOf(symbol.name, target, checker), summary: firstSentence(docs) };
      });
      found.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind) || (a.name < b.name ? -1 : 1));
      return [subPath, found] as const;
    }),
  );
}
