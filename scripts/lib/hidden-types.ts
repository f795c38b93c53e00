/** Types that the public signatures of the runtime package name and that nobody can import. */
import ts from 'typescript';
import { inRoot } from './paths.ts';
import { apiProgram } from './runtime-api.ts';

/** Parts of a declaration that a user of it does not see. */
function isHidden(node: ts.Node): boolean {
  if (ts.isBlock(node) || ts.isTypeParameterDeclaration(node)) return true;
  if (ts.isClassElement(node) && node.name && ts.isPrivateIdentifier(node.name)) return true;
  const modifiers = ts.canHaveModifiers(node) ? (ts.getModifiers(node) ?? []) : [];
  return modifiers.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword);
}

/** A type that its file keeps to itself is a part of the one that is written with it. */
function isExported(declaration: ts.Declaration): boolean {
  const modifiers = ts.canHaveModifiers(declaration) ? (ts.getModifiers(declaration) ?? []) : [];
  return modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
}

/** `export: Type` for every such type, once. */
export function hiddenTypes(): string[] {
  const program = apiProgram();
  const checker = program.getTypeChecker();
  const resolved = (symbol: ts.Symbol): ts.Symbol =>
    symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  const exported = new Set<ts.Symbol>();
  for (const file of program.getRootFileNames()) {
    const source = program.getSourceFile(file);
    const module = source && checker.getSymbolAtLocation(source);
    for (const symbol of module ? checker.getExportsOfModule(module) : []) exported.add(resolved(symbol));
  }
  const found = new Set<string>();
  const visit = (owner: ts.Symbol, node: ts.Node): void => {
    if (isHidden(node)) return;
    if (ts.isTypeReferenceNode(node) || ts.isExpressionWithTypeArguments(node)) {
      const symbol = checker.getSymbolAtLocation(ts.isTypeReferenceNode(node) ? node.typeName : node.expression);
      const target = symbol && resolved(symbol);
      const isOurs = target?.declarations?.some((declaration) => {
        const { fileName } = declaration.getSourceFile();
        return fileName.startsWith(inRoot('runtime/src/')) && isExported(declaration);
      });
      if (target && isOurs && !exported.has(target)) found.add(`${owner.name}: ${target.name}`);
    }
    // The value of a default is code.
    ts.forEachChild(node, (child) => {
      if (!('initializer' in node) || node.initializer !== child) visit(owner, child);
    });
  };
  for (const symbol of exported) for (const declaration of symbol.declarations ?? []) visit(symbol, declaration);
  return [...found].sort();
}
