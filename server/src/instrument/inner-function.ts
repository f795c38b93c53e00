import type * as morph from 'ts-morph';
import { childrenOf, isFunction, type Node } from '../../../eslint-plugin/src/analysis/ast.ts';
import { eachOwn, type Sheet, type TsNode } from './sheet.ts';
import type { Target } from './target.ts';
import { walkOwn } from './tree.ts';

/** The name of a parameter that the body declares again with `var`: as a variable of an inner function it would be empty. */
export function redeclaredParameter(target: Target): string | undefined {
  if (target.isGenerator) return undefined;
  const names = new Set<string>(['arguments']);
  for (const param of target.node.params) collectNames(param, names);
  let found: string | undefined;
  walkOwn(target.node.body, (n) => {
    if (n.type !== 'VariableDeclaration' || n.kind !== 'var') return;
    const declared = new Set<string>();
    for (const d of n.declarations) collectNames(d.id, declared);
    found ??= [...declared].find((name) => names.has(name));
  });
  return found === undefined ? undefined : `\`var ${found}\` declares a parameter again`;
}

function collectNames(pattern: Node, names: Set<string>): void {
  if (pattern.type === 'Identifier') names.add(pattern.name);
  else if (pattern.type === 'AssignmentPattern') collectNames(pattern.left, names);
  else if (pattern.type === 'Property') collectNames(pattern.value, names);
  else if (pattern.type === 'TSParameterProperty') collectNames(pattern.parameter, names);
  else if (/Pattern$|^RestElement$/.test(pattern.type))
    for (const child of childrenOf(pattern)) collectNames(child, names);
}

/** True when the body means its own `this`, `super`, `arguments` or `new.target`, also from arrow functions in it. */
export function usesOwnFrame(target: Target): boolean {
  const stack: Node[] = [target.node.body];
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (node.type === 'ThisExpression' || node.type === 'Super' || node.type === 'MetaProperty') return true;
    if (node.type === 'Identifier' && node.name === 'arguments') return true;
    if (node.type === 'ClassDeclaration' || node.type === 'ClassExpression') continue;
    if (!isFunction(node) || node.type === 'ArrowFunctionExpression') stack.push(...childrenOf(node));
  }
  return false;
}

/** Return type of the function that takes over the body, as `: T`; empty where the compiler infers the same. */
export function innerType(sheet: Sheet, isAsync: boolean): string {
  const { ts, fn, source, style } = sheet;
  if (!style.isTypeScript) return '';
  const { type } = fn;
  if (type) {
    if (ts.isTypePredicateNode(type)) return type.assertsModifier ? ': void' : ': boolean';
    return `: ${type.getText(source)}`;
  }
  const expected = contextType(sheet);
  if (expected === undefined || !returnsLiteral(sheet)) return '';
  if (ts.isFunctionTypeNode(expected) && !expected.typeParameters) return `: ${expected.type.getText(source)}`;
  const result = `ReturnType<${expected.getText(source)}>`;
  return `: ${isAsync ? `Promise<Awaited<${result}>>` : result}`;
}

/** The type that is written where the function is assigned. */
function contextType({ ts, fn }: Sheet): morph.ts.TypeNode | undefined {
  let node: TsNode = fn;
  while (ts.isParenthesizedExpression(node.parent)) node = node.parent;
  const { parent } = node;
  const type =
    ts.isVariableDeclaration(parent) || ts.isPropertyDeclaration(parent) || ts.isSatisfiesExpression(parent)
      ? parent.type
      : undefined;
  return type && (ts.isTypeReferenceNode(type) || ts.isFunctionTypeNode(type)) ? type : undefined;
}

/** A literal in a result is widened (`'ok'` to `string`) where nothing expects it. */
function returnsLiteral({ ts, fn }: Sheet): boolean {
  const isLiteral = (n: TsNode): boolean =>
    ts.isLiteralExpression(n) ||
    ts.isArrayLiteralExpression(n) ||
    n.kind === ts.SyntaxKind.TrueKeyword ||
    n.kind === ts.SyntaxKind.FalseKeyword;
  const holds = (root: TsNode): boolean => {
    let found = isLiteral(root);
    eachOwn(ts, root, (n) => {
      found ||= isLiteral(n);
    });
    return found;
  };
  if (!ts.isBlock(fn.body)) return holds(fn.body);
  let found = false;
  eachOwn(ts, fn.body, (n) => {
    found ||= ts.isReturnStatement(n) && n.expression !== undefined && holds(n.expression);
  });
  return found;
}
