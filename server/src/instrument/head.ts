import type * as morph from 'ts-morph';
import type { TextEdit } from '../findings.ts';
import { Names } from './names.ts';
import type { Sheet, TsNode } from './sheet.ts';

/** A statement of the top of a file that brings in a module. */
interface Import {
  readonly module: string;
  readonly statement: morph.ts.Statement;
  /** Names by what they are called in the module. */
  readonly named: ReadonlyMap<string, string>;
  readonly namespace: string | undefined;
  /** List that more names can be added to. */
  readonly list: morph.ts.NamedImports | morph.ts.ObjectBindingPattern | undefined;
}

/** Imports and definitions at the top of a file: found where they are, added once where they are not. */
export class Head {
  readonly names: Names;
  readonly #sheet: Sheet;
  readonly #imports: readonly Import[];
  readonly #run: readonly morph.ts.Statement[];
  readonly #isCommonJs: boolean;
  readonly #added = new Map<string, Map<string, string>>();
  readonly #definitions: string[] = [];

  constructor(sheet: Sheet) {
    this.#sheet = sheet;
    this.names = new Names(sheet);
    const { ts, source } = sheet;
    const imports = source.statements.map((s) => importOf(sheet, s));
    this.#imports = imports.filter((i) => i !== undefined);
    const isHead = (s: morph.ts.Statement, i: number): boolean =>
      imports[i] !== undefined ||
      isDirective(sheet, s) ||
      ts.isImportDeclaration(s) ||
      ts.isImportEqualsDeclaration(s) ||
      isBareRequire(sheet, s);
    const end = source.statements.findIndex((s, i) => !isHead(s, i));
    this.#run = source.statements.slice(0, end < 0 ? source.statements.length : end);
    this.#isCommonJs = isCommonJs(sheet, this.#imports);
  }

  /** What a value of a module is called here; it is imported when it is not yet. */
  import(module: string, name: string, alias = `otel${name.charAt(0).toUpperCase()}${name.slice(1)}`): string {
    const known = this.#added.get(module)?.get(name);
    if (known !== undefined) return known;
    const own = this.#imports.filter((i) => i.module === module && this.#run.includes(i.statement));
    for (const { named } of own) {
      const local = named.get(name);
      if (local !== undefined && this.names.reaches(local)) return local;
    }
    for (const { namespace } of own)
      if (namespace !== undefined && this.names.reaches(namespace)) return `${namespace}.${name}`;
    const local = this.names.free(name, alias);
    const added = this.#added.get(module) ?? new Map<string, string>();
    this.#added.set(module, added.set(name, local));
    return local;
  }

  /** The local name of a top-level `const x = <call>` before the function whose initializer matches, if it means the same there. */
  defined(matches: (initializer: morph.ts.Expression) => boolean): string | undefined {
    const { ts, source, fn } = this.#sheet;
    for (const statement of source.statements) {
      if (statement.pos > fn.pos || !ts.isVariableStatement(statement)) continue;
      for (const { name, initializer } of statement.declarationList.declarations)
        if (ts.isIdentifier(name) && initializer && matches(initializer) && this.names.reaches(name.text))
          return name.text;
    }
    return undefined;
  }

  /** The local name of an import that passes the test, if it means the same in the function. */
  imported(matches: (local: string) => boolean): string | undefined {
    const { ts, source } = this.#sheet;
    const locals: string[] = [];
    for (const statement of source.statements) {
      if (
        ts.isImportDeclaration(statement) &&
        statement.importClause?.name &&
        statement.importClause.phaseModifier !== ts.SyntaxKind.TypeKeyword
      )
        locals.push(statement.importClause.name.text);
      for (const i of this.#imports)
        if (i.statement === statement)
          locals.push(...i.named.values(), ...(i.namespace === undefined ? [] : [i.namespace]));
    }
    return locals.find((local) => matches(local) && this.names.reaches(local));
  }

  /** Adds a statement below the imports; lines behind the first one are indented by the caller. */
  define(statement: string): void {
    this.#definitions.push(statement);
  }

  /** Edits of everything that was asked for. */
  edits(after?: string): readonly TextEdit[] {
    const edits: TextEdit[] = [];
    const fresh: string[] = [];
    for (const [module, names] of this.#added) {
      const list = this.#imports.find((i) => i.module === module && i.list && this.#run.includes(i.statement))?.list;
      if (list) edits.push(this.#append(list, names));
      else fresh.push(this.#importLine(module, names));
    }
    const anchor = this.#importAnchor();
    const last = this.#definitionAnchor(after);
    if (fresh.length > 0)
      edits.push(this.#insertLines(anchor, fresh, this.#definitions.length === 0 || last !== anchor));
    if (this.#definitions.length > 0) {
      const gap = last > 0 || fresh.length > 0 ? [''] : [];
      edits.push(this.#insertLines(last, [...gap, ...this.#definitions], true));
    }
    return edits;
  }

  #importLine(module: string, names: ReadonlyMap<string, string>): string {
    const { quote, semi } = this.#sheet.style;
    const list = entries(names, this.#isCommonJs ? ': ' : ' as ');
    return this.#isCommonJs
      ? `const { ${list} } = require(${quote}${module}${quote})${semi}`
      : `import { ${list} } from ${quote}${module}${quote}${semi}`;
  }

  #append(list: morph.ts.NamedImports | morph.ts.ObjectBindingPattern, names: ReadonlyMap<string, string>): TextEdit {
    const { ts, text, source } = this.#sheet;
    const added = entries(names, ts.isNamedImports(list) ? ' as ' : ': ');
    const last = list.elements.at(-1);
    if (!last) return { start: list.getStart(source), end: list.end, text: `{ ${added} }` };
    const start = last.getStart(source);
    const lineStart = text.lastIndexOf('\n', start) + 1;
    const ownLine = text.slice(lineStart, start).trim() === '';
    const { eol } = this.#sheet.style;
    const gap = ownLine ? eol + text.slice(lineStart, start) : ' ';
    return { start: last.end, end: last.end, text: `,${gap}${added}` };
  }

  /** Behind the last import of a package, or of the last import, or at the top of the file. */
  #importAnchor(): number {
    const { ts } = this.#sheet;
    const imports = this.#run.filter((s) => !isDirective(this.#sheet, s));
    const isPackage = (s: morph.ts.Statement): boolean => {
      const found =
        this.#imports.find((i) => i.statement === s)?.module ??
        (ts.isImportDeclaration(s) && ts.isStringLiteral(s.moduleSpecifier) ? s.moduleSpecifier.text : '.');
      return !/^[.#~]|^@\//.test(found);
    };
    const last = imports.findLast(isPackage) ?? imports.at(-1) ?? this.#run.at(-1);
    return last ? this.#lineEnd(last.end) : topOf(this.#sheet);
  }

  #definitionAnchor(after: string | undefined): number {
    const { ts, source } = this.#sheet;
    const own =
      after === undefined
        ? undefined
        : source.statements.find(
            (s) =>
              ts.isVariableStatement(s) &&
              s.declarationList.declarations.some((d) => ts.isIdentifier(d.name) && d.name.text === after),
          );
    const last = this.#run.at(-1);
    const end = Math.max(own?.end ?? 0, last?.end ?? 0);
    return end > 0 ? this.#lineEnd(end) : topOf(this.#sheet);
  }

  /** The end of a statement with the comment behind it; a `;` before the next statement belongs to that one. */
  #lineEnd(end: number): number {
    const { text } = this.#sheet;
    const offset = end - (/\r?\n\s*;$/.exec(text.slice(0, end))?.[0].length ?? 0);
    return (
      offset +
      (/^[ \t]*(?:\/\/[^\r\n]*|\/\*(?:(?!\*\/)[^\n])*\*\/)?[ \t]*(?=\r?\n|$)/.exec(text.slice(offset))?.[0].length ?? 0)
    );
  }

  /** Lines behind an offset that is the end of a line, or at the top of the file, with an empty line where code follows. */
  #insertLines(offset: number, lines: readonly string[], isLast: boolean): TextEdit {
    const { text, style } = this.#sheet;
    const { eol } = style;
    const rest = text.slice(offset);
    const isTop = offset === 0 || text.charAt(offset - 1) === '\n';
    if (isTop) {
      const gap = isLast && rest.trim() !== '' && !/^\s*\n/.test(rest) ? eol : '';
      return { start: offset, end: offset, text: lines.join(eol) + eol + gap };
    }
    const next = /^\r?\n([^\n]*)/.exec(rest);
    const isTight = isLast && lines[0] === '' && next !== null && (next[1] ?? '').trim() !== '';
    const rescue = next === null && rest !== '' ? eol : '';
    return { start: offset, end: offset, text: eol + lines.join(eol) + (isTight ? eol : '') + rescue };
  }
}

function entries(names: ReadonlyMap<string, string>, as: string): string {
  return [...names]
    .sort(([a], [b]) => a.localeCompare(b, 'en'))
    .map(([name, local]) => (name === local ? name : `${name}${as}${local}`))
    .join(', ');
}

function isDirective({ ts }: Sheet, node: TsNode): boolean {
  return ts.isExpressionStatement(node) && ts.isStringLiteral(node.expression);
}

function isBareRequire({ ts }: Sheet, node: TsNode): boolean {
  if (ts.isExpressionStatement(node)) return isRequire(ts, node.expression);
  return (
    ts.isVariableStatement(node) &&
    node.declarationList.declarations.every(({ initializer }) => {
      let value: TsNode | undefined = initializer;
      while (value && (ts.isPropertyAccessExpression(value) || (ts.isCallExpression(value) && !isRequire(ts, value))))
        value = value.expression;
      return value !== undefined && isRequire(ts, value);
    })
  );
}

function isRequire(ts: Sheet['ts'], node: TsNode): node is morph.ts.CallExpression {
  return (
    ts.isCallExpression(node) &&
    ts.isIdentifier(node.expression) &&
    node.expression.text === 'require' &&
    node.arguments.length === 1
  );
}

function isCommonJs({ ts, path, source }: Sheet, imports: readonly Import[]): boolean {
  if (
    source.statements.some(
      (s) =>
        ts.isImportDeclaration(s) ||
        ts.isImportEqualsDeclaration(s) ||
        ts.isExportDeclaration(s) ||
        ts.isExportAssignment(s) ||
        (ts.canHaveModifiers(s) && ts.getModifiers(s)?.some((m) => m.kind === ts.SyntaxKind.ExportKeyword)),
    )
  )
    return false;
  if (/\.[cm]?tsx?$/.test(path)) return imports.length > 0 && path.endsWith('.cts');
  if (/\.mjs$/.test(path)) return false;
  return /\.cjs$/.test(path) || imports.length > 0 || /\brequire\(|\bmodule\.exports\b|\bexports\./.test(source.text);
}

function importOf({ ts }: Sheet, statement: morph.ts.Statement): Import | undefined {
  const named = new Map<string, string>();
  if (ts.isImportDeclaration(statement) && ts.isStringLiteral(statement.moduleSpecifier)) {
    const clause = statement.importClause;
    const module = statement.moduleSpecifier.text;
    if (!clause || clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return undefined;
    const bindings = clause.namedBindings;
    if (bindings && ts.isNamespaceImport(bindings))
      return { module, statement, named, namespace: bindings.name.text, list: undefined };
    for (const e of bindings?.elements ?? [])
      if (!e.isTypeOnly) named.set((e.propertyName ?? e.name).text, e.name.text);
    return { module, statement, named, namespace: undefined, list: bindings };
  }
  if (ts.isImportEqualsDeclaration(statement)) {
    const reference = statement.moduleReference;
    if (statement.isTypeOnly || !ts.isExternalModuleReference(reference) || !ts.isStringLiteral(reference.expression))
      return undefined;
    return { module: reference.expression.text, statement, named, namespace: statement.name.text, list: undefined };
  }
  if (!ts.isVariableStatement(statement) || statement.declarationList.declarations.length !== 1) return undefined;
  const [declaration] = statement.declarationList.declarations;
  const value = declaration?.initializer;
  if (!declaration || !value || !isRequire(ts, value)) return undefined;
  const [argument] = value.arguments;
  if (!argument || !ts.isStringLiteral(argument)) return undefined;
  const module = argument.text;
  if (ts.isIdentifier(declaration.name))
    return { module, statement, named, namespace: declaration.name.text, list: undefined };
  if (!ts.isObjectBindingPattern(declaration.name)) return undefined;
  for (const e of declaration.name.elements) {
    const key = e.propertyName ?? e.name;
    if (ts.isIdentifier(key) && ts.isIdentifier(e.name) && !e.dotDotDotToken) named.set(key.text, e.name.text);
  }
  const hasRest = declaration.name.elements.some((e) => e.dotDotDotToken);
  return { module, statement, named, namespace: undefined, list: hasRest ? undefined : declaration.name };
}

/** Below what a file begins with: a line for the shell, a licence, comments for tools. */
function topOf({ text }: Sheet): number {
  const top = /^\uFEFF?(?:#![^\n]*\n)?/.exec(text)?.[0].length ?? 0;
  const rest = text.slice(top);
  const header =
    /^(?:[ \t]*\r?\n)*(?:(?:\/\/[^\n]*\n)+|\/\*[\s\S]*?\*\/[ \t]*\r?\n)(?=[ \t]*\r?\n)/.exec(rest) ??
    /^(?:[ \t]*\r?\n)*(?:(?:\/\/[ \t]*@ts-[^\n]*|\/\*[ \t]*eslint-[^\n]*\*\/|\/\*[!*]?(?:(?!\*\/)[\s\S])*(?:licen[sc]e|copyright)(?:(?!\*\/)[\s\S])*\*\/)[ \t]*\r?\n)+/i.exec(
      rest,
    );
  return top + (header?.[0].length ?? 0);
}
