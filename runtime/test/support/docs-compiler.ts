import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { compilerOptions } from '../../../scripts/lib/runtime-api.ts';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
/** Names of the reader's service that examples use without explaining them. */
const SERVICE_NAMES = path('./docs-names.ts');

/** A `ts` block of a page. */
export interface DocsBlock {
  readonly page: string;
  /** Line of the page where the code begins. */
  readonly line: number;
  readonly text: string;
  /** False for blocks that begin with ```ts no-check. */
  readonly isChecked: boolean;
}

/** The `ts` blocks of a page. */
export function docsBlocks(page: string, markdown: string): DocsBlock[] {
  return [...markdown.matchAll(/^```ts( no-check)?\n([\s\S]*?)^```$/gm)].map((match) => ({
    page,
    line: markdown.slice(0, match.index).split('\n').length + 1,
    text: match[2] ?? '',
    isChecked: match[1] === undefined,
  }));
}

/** Compiler options of the examples. */
function docsOptions(): ts.CompilerOptions {
  return {
    ...compilerOptions(),
    // Few readers have it, and `process.env.NAME` is what they write.
    noPropertyAccessFromIndexSignature: false,
    // Examples declare what the reader goes on to use.
    noUnusedLocals: false,
    noUnusedParameters: false,
  };
}

/** Top-level names of a block, each with the line by which another block gets it. */
function offers({ text }: DocsBlock, file: string): Map<string, string> {
  const offered = new Map<string, string>();
  const own = (name: string): void => {
    offered.set(name, `import { ${name} } from './${basename(file)}';`);
  };
  const bind = (name: ts.BindingName): void => {
    if (ts.isIdentifier(name)) own(name.text);
    else for (const element of name.elements) if (!ts.isOmittedExpression(element)) bind(element.name);
  };
  for (const statement of ts.createSourceFile(file, text, ts.ScriptTarget.ESNext, true).statements) {
    if (ts.isImportDeclaration(statement)) {
      const from = `from ${statement.moduleSpecifier.getText()};`;
      const clause = statement.importClause;
      if (clause?.name) offered.set(clause.name.text, `import ${clause.name.text} ${from}`);
      const bindings = clause?.namedBindings;
      if (bindings && ts.isNamedImports(bindings))
        for (const element of bindings.elements)
          offered.set(element.name.text, `import { ${element.getText()} } ${from}`);
    } else if (ts.isVariableStatement(statement)) {
      for (const { name } of statement.declarationList.declarations) bind(name);
    } else if ((ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) && statement.name) {
      own(statement.name.text);
    }
  }
  return offered;
}

const DECLARES_NAME = /^import \{ (?<name>\w+) \} from '\.\//;
/** Cannot find name; … did you mean; no value exists in scope for the shorthand property. */
const MISSING_NAME = new Set([2304, 2552, 18004]);

interface Unit {
  readonly block: DocsBlock;
  readonly file: string;
  readonly offers: ReadonlyMap<string, string>;
  readonly imports: Set<string>;
  readonly exports: Set<string>;
}

const libraries = new Map<string, ts.SourceFile>();

/** One program over all units; sources that did not change since `old` are not parsed again. */
function programOf(units: readonly Unit[], options: ts.CompilerOptions, old?: ts.Program): ts.Program {
  const texts = new Map(
    units.map(({ file, block, imports, exports }) => [
      file,
      // The imports stand on the first line, so that lines of problems are lines of the block.
      `${[...imports].join(' ')}${block.text}export { ${[...exports].join(', ')} };\n`,
    ]),
  );
  const host = ts.createCompilerHost(options);
  const [readFile, fileExists] = [host.readFile.bind(host), host.fileExists.bind(host)];
  const getSourceFile = host.getSourceFile.bind(host);
  host.readFile = (name) => texts.get(name) ?? readFile(name);
  host.fileExists = (name) => texts.has(name) || fileExists(name);
  host.getSourceFile = (name, ...rest) => {
    const text = texts.get(name);
    if (text !== undefined)
      return ts.createSourceFile(name, text, {
        languageVersion: ts.ScriptTarget.ESNext,
        impliedNodeFormat: ts.ModuleKind.ESNext,
      });
    // Kept here and not taken from the old program, which has a stand-in for a package that is installed twice.
    let source = libraries.get(name);
    if (!source) {
      source = getSourceFile(name, ...rest);
      if (source) libraries.set(name, source);
    }
    return source;
  };
  return ts.createProgram([...texts.keys()], options, host, old);
}

function problemsOf(program: ts.Program, { file }: Unit): readonly ts.Diagnostic[] {
  const source = program.getSourceFile(file);
  return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
}

function missingName({ code, file, start = 0, length = 0 }: ts.Diagnostic): string | undefined {
  return MISSING_NAME.has(code) ? file?.text.slice(start, start + length) : undefined;
}

/**
 * Compiles the blocks against the sources of the package and the real types of other libraries. Each block is a module; a
 * name that it does not declare comes from the nearest block above it on the page, or from `docs-names.ts`. Returns what
 * is wrong, with page and line.
 */
export function compileBlocks(blocks: readonly DocsBlock[]): string[] {
  const options = docsOptions();
  const service = offers(
    { page: '', line: 0, isChecked: true, text: readFileSync(SERVICE_NAMES, 'utf8') },
    SERVICE_NAMES,
  );
  const units = blocks
    .filter(({ isChecked }) => isChecked)
    .map((block, index): Unit => {
      const file = path(`./docs-block-${String(index)}.ts`);
      if (existsSync(file)) throw new Error(`${file} would be hidden by a block.`);
      return { block, file, offers: offers(block, file), imports: new Set(), exports: new Set() };
    });
  const first = programOf(units, options);
  let isComplete = true;
  for (const [index, unit] of units.entries()) {
    const above = units.slice(0, index).filter(({ block }) => block.page === unit.block.page);
    for (const name of new Set(problemsOf(first, unit).map(missingName))) {
      if (name === undefined) continue;
      const giver = above.findLast((other) => other.offers.has(name));
      const line = giver?.offers.get(name) ?? service.get(name);
      if (line === undefined) continue;
      unit.imports.add(line);
      isComplete = false;
      if (giver !== undefined && DECLARES_NAME.test(line)) giver.exports.add(name);
    }
  }
  const program = isComplete ? first : programOf(units, options, first);
  return units.flatMap((unit) =>
    problemsOf(program, unit).map(({ messageText, start = 0 }) => {
      const line = program.getSourceFile(unit.file)?.getLineAndCharacterOfPosition(start).line ?? 0;
      return `${unit.block.page}:${String(unit.block.line + line)} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
    }),
  );
}
