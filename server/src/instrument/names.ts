import type * as morph from 'ts-morph';
import { eachBelow, type Sheet, type TsNode } from './sheet.ts';

/** The names that a file declares and uses: what is free, and what a name means inside the function under edit. */
export class Names {
  readonly #sheet: Sheet;
  readonly #used = new Set<string>();
  readonly #declared = new Map<string, TsNode[]>();

  constructor(sheet: Sheet) {
    this.#sheet = sheet;
    const { ts } = sheet;
    eachBelow(ts, sheet.source, (node) => {
      if (!ts.isIdentifier(node) || isPropertyName(sheet, node)) return;
      this.#used.add(node.text);
      if (!isDeclaration(sheet, node)) return;
      const list = this.#declared.get(node.text);
      if (list) list.push(node);
      else this.#declared.set(node.text, [node]);
    });
  }

  /** The first of the names that nobody uses in the file, else the last one with a number; it is taken from then on. */
  free(...names: readonly string[]): string {
    const last = names.at(-1) ?? 'value';
    let name = names.find((n) => !this.#used.has(n));
    for (let i = 2; name === undefined; i++) if (!this.#used.has(`${last}${i}`)) name = `${last}${i}`;
    this.#used.add(name);
    return name;
  }

  /** True when a top-level name means the same inside the function: nothing there or around it declares it again. */
  reaches(name: string): boolean {
    const { ts, fn, source } = this.#sheet;
    return (this.#declared.get(name) ?? []).every((declaration) => {
      let scope: TsNode = declaration.parent;
      while (
        !ts.isSourceFile(scope) &&
        !ts.isFunctionLike(scope) &&
        !ts.isBlock(scope) &&
        !ts.isModuleBlock(scope) &&
        !ts.isForStatement(scope) &&
        !ts.isForOfStatement(scope) &&
        !ts.isCatchClause(scope) &&
        !ts.isClassExpression(scope)
      )
        scope = scope.parent;
      if (scope === source) return true;
      const isAround = scope.pos <= fn.pos && fn.end <= scope.end;
      const isInside = fn.pos <= scope.pos && scope.end <= fn.end;
      return !isAround && !isInside;
    });
  }
}

function isPropertyName({ ts }: Sheet, node: morph.ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node;
  if (ts.isQualifiedName(parent)) return parent.right === node;
  if (ts.isBindingElement(parent) || ts.isImportSpecifier(parent)) return parent.propertyName === node;
  if (ts.isExportSpecifier(parent)) return parent.propertyName !== undefined && parent.name === node;
  return (
    (ts.isPropertyAssignment(parent) ||
      ts.isMethodDeclaration(parent) ||
      ts.isPropertyDeclaration(parent) ||
      ts.isPropertySignature(parent) ||
      ts.isMethodSignature(parent) ||
      ts.isAccessor(parent) ||
      ts.isEnumMember(parent) ||
      ts.isJsxAttribute(parent)) &&
    parent.name === node
  );
}

function isDeclaration({ ts }: Sheet, node: morph.ts.Identifier): boolean {
  const { parent } = node;
  return (
    (ts.isVariableDeclaration(parent) ||
      ts.isParameter(parent) ||
      ts.isBindingElement(parent) ||
      ts.isFunctionDeclaration(parent) ||
      ts.isFunctionExpression(parent) ||
      ts.isClassDeclaration(parent) ||
      ts.isClassExpression(parent) ||
      ts.isEnumDeclaration(parent) ||
      ts.isModuleDeclaration(parent)) &&
    parent.name === node
  );
}
