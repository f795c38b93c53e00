import type { TextEdit } from '../findings.ts';
import { eachOwn, type Sheet, type TsNode } from './sheet.ts';

/** `return x` as `return await x`, so that the lines behind the work run after it; what is no promise stays as it is. */
export function awaitReturns(sheet: Sheet): readonly TextEdit[] {
  const { ts, fn } = sheet;
  const edits: TextEdit[] = [];
  if (!ts.isBlock(fn.body)) return awaitExpression(sheet, fn.body);
  eachOwn(ts, fn.body, (node) => {
    if (ts.isReturnStatement(node) && node.expression) edits.push(...awaitExpression(sheet, node.expression));
  });
  return edits;
}

/** `await` before an expression that may be a promise. */
export function awaitExpression(sheet: Sheet, node: TsNode): readonly TextEdit[] {
  const { ts, source } = sheet;
  if (isSettled(sheet, node, 0)) return [];
  const start = node.getStart(source);
  const binds =
    ts.isLeftHandSideExpression(node) && !ts.isArrowFunction(node) && !ts.isFunctionExpression(node)
      ? ts.isParenthesizedExpression(node) || !startsStatementLike(sheet, node)
      : false;
  if (binds) return [{ start, end: start, text: 'await ' }];
  return [
    { start, end: start, text: 'await (' },
    { start: node.end, end: node.end, text: ')' },
  ];
}

/** `function () {}()` and the like need parentheses to be read as meant. */
function startsStatementLike({ ts, source }: Sheet, node: TsNode): boolean {
  const first = node.getFirstToken(source);
  return first?.kind === ts.SyntaxKind.ClassKeyword;
}

function isSettled(sheet: Sheet, node: TsNode, depth: number): boolean {
  const { ts } = sheet;
  const settled = (n: TsNode): boolean => isSettled(sheet, n, depth + 1);
  if (
    ts.isParenthesizedExpression(node) ||
    ts.isNonNullExpression(node) ||
    ts.isAsExpression(node) ||
    ts.isSatisfiesExpression(node)
  )
    return settled(node.expression);
  if (ts.isConditionalExpression(node)) return settled(node.whenTrue) && settled(node.whenFalse);
  if (ts.isBinaryExpression(node)) {
    const { kind } = node.operatorToken;
    const gives = [
      ts.SyntaxKind.BarBarToken,
      ts.SyntaxKind.AmpersandAmpersandToken,
      ts.SyntaxKind.QuestionQuestionToken,
    ];
    if (gives.includes(kind)) return settled(node.left) && settled(node.right);
    if (kind === ts.SyntaxKind.CommaToken || kind === ts.SyntaxKind.EqualsToken) return settled(node.right);
    return true;
  }
  if (ts.isNewExpression(node)) return !(ts.isIdentifier(node.expression) && node.expression.text === 'Promise');
  // a field of what was waited for is hardly ever a promise itself
  if (ts.isPropertyAccessExpression(node) && ts.isIdentifier(node.expression) && settled(node.expression)) return true;
  if (ts.isIdentifier(node)) return node.text === 'undefined' || (depth < 6 && isSettledLocal(sheet, node.text, depth));
  return !(
    ts.isCallExpression(node) ||
    ts.isPropertyAccessExpression(node) ||
    ts.isElementAccessExpression(node) ||
    ts.isTaggedTemplateExpression(node) ||
    ts.isYieldExpression(node) ||
    node.kind === ts.SyntaxKind.ThisKeyword
  );
}

/** A local of the function to which only settled values are assigned. */
function isSettledLocal(sheet: Sheet, name: string, depth: number): boolean {
  const { ts, fn } = sheet;
  let count = 0;
  let open = false;
  eachOwn(ts, fn.body, (node) => {
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.name.text === name) {
      count++;
      const isElement = ts.isForOfStatement(node.parent.parent) || ts.isForInStatement(node.parent.parent);
      open ||= isElement || (node.initializer !== undefined && !isSettled(sheet, node.initializer, depth + 1));
    } else if (ts.isBindingElement(node) && ts.isIdentifier(node.name) && node.name.text === name) {
      count++;
      const holder = node.parent.parent;
      open ||= !(ts.isVariableDeclaration(holder) && holder.initializer && ts.isAwaitExpression(holder.initializer));
    } else if (ts.isBinaryExpression(node) && ts.isIdentifier(node.left) && node.left.text === name) {
      const { kind } = node.operatorToken;
      if (kind === ts.SyntaxKind.EqualsToken || kind >= ts.SyntaxKind.BarBarEqualsToken)
        open ||= !isSettled(sheet, node.right, depth + 1);
    }
  });
  return count > 0 && !open;
}
