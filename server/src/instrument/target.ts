import {
  calleeName,
  isFunction,
  rangeOf,
  unwrap,
  type FunctionNode,
  type Node,
  type TSESTree,
} from '../../../eslint-plugin/src/analysis/ast.ts';
import type { TextRange } from '../findings.ts';
import { nameOf } from './name.ts';
import { returnsOf, type Returns } from './returns.ts';
import { pathTo } from './tree.ts';

/** A function that can be instrumented, as plain data where the edits need it. */
export interface Target {
  readonly node: FunctionNode;
  /** Range of the body: from brace to brace, or the expression of an arrow function. */
  readonly body: TextRange;
  readonly isBlock: boolean;
  readonly isAsync: boolean;
  readonly isGenerator: boolean;
  /** For people and span names: `OrderService.charge`, `GET /orders/:id`. Never built from values of a request. */
  readonly name: string;
  /** Words for identifiers: of the name, without what is no letter or digit. */
  readonly words: readonly string[];
  /** What a function that is not async gives back. */
  readonly returns: Returns;
  /** Why nothing can be inserted. */
  readonly refused: string | undefined;
  /** Functions, classes and calls around the function, the outermost first. */
  readonly around: readonly Node[];
}

/** Calls whose callbacks are steps of the function around them, not work with a name of its own. */
const STEPS = new Set(
  'map filter reduce reduceRight forEach some every find findIndex findLast flatMap sort toSorted then catch finally from replace replaceAll startActiveSpan withSpan traced with bind run runInContext'.split(
    ' ',
  ),
);

/** `run` of a consumer is no step: its callbacks are properties. */
function isStep(path: readonly Node[], index: number): boolean {
  const fn = path[index] as Node;
  const call = path.slice(0, index).findLast((n) => n.type === 'CallExpression' || n.type === 'NewExpression');
  if (!call || !call.arguments.some((a) => unwrap(a) === fn)) return isInvoked(path, index);
  if (call.type === 'NewExpression') return calleeName(call) === 'Promise';
  return STEPS.has(calleeName(call) ?? '');
}

/** `(async () => { … })()` */
function isInvoked(path: readonly Node[], index: number): boolean {
  const call = path[index - 1];
  return call?.type === 'CallExpression' && unwrap(call.callee) === path[index];
}

/** The function that a range is in, or whose name or head it is on. */
export function targetAt(
  program: TSESTree.Program,
  file: { readonly path: string; readonly text: string },
  range: TextRange,
): Target | undefined {
  const path = pathTo(program, range.start, range.end);
  const own = path.map((n, i) => ({ n, i })).filter(({ n }) => isFunction(n) && hasBody(n));
  const head = headOf(path, range);
  if (head) return describe(program, head, file);
  const named = own.findLast(({ i }) => !isStep(path, i)) ?? own.at(-1);
  return named ? describe(program, named.n as FunctionNode, file) : undefined;
}

function hasBody(node: FunctionNode): boolean {
  return (node.body as Node | null) !== null && (node.type as string) !== 'TSEmptyBodyFunctionExpression';
}

/** The function of a declaration whose name, modifier or decorator the range is on. */
function headOf(path: readonly Node[], range: TextRange): FunctionNode | undefined {
  for (let i = path.length - 1; i >= 0; i--) {
    const n = path[i] as Node;
    if (isFunction(n)) return undefined;
    const value = valueOf(n, range);
    if (value) return value;
    if (n.type === 'ExpressionStatement' || n.type === 'ClassBody') return undefined;
  }
  return undefined;
}

function valueOf(node: Node, range: TextRange): FunctionNode | undefined {
  const value = (n: Node | null | undefined): FunctionNode | undefined => {
    const inner = n ? unwrap(n) : undefined;
    return inner && isFunction(inner) && hasBody(inner) && rangeOf(inner)[0] >= range.end ? inner : undefined;
  };
  switch (node.type) {
    case 'MethodDefinition':
    case 'Property':
    case 'PropertyDefinition':
      return value(node.value);
    case 'VariableDeclarator':
      return value(node.init);
    case 'VariableDeclaration':
      return node.declarations.length === 1 ? value(node.declarations[0].init) : undefined;
    case 'AssignmentExpression':
      return value(node.right);
    case 'ExportNamedDeclaration':
    case 'ExportDefaultDeclaration':
      return node.declaration?.type === 'VariableDeclaration'
        ? valueOf(node.declaration, range)
        : value(node.declaration);
    case 'CallExpression':
      return STEPS.has(calleeName(node) ?? '') ? undefined : value(node.arguments.at(-1));
    default:
      return undefined;
  }
}

function describe(
  program: TSESTree.Program,
  node: FunctionNode,
  file: { readonly path: string; readonly text: string },
): Target {
  const [start, end] = rangeOf(node);
  const path = pathTo(program, start, end);
  const index = path.indexOf(node);
  const around = path.slice(0, index < 0 ? path.length : index);
  const [from, to] = rangeOf(node.body);
  const { name, words } = nameOf(node, around, file.path);
  return {
    node,
    body: { start: from, end: to },
    isBlock: node.body.type === 'BlockStatement',
    isAsync: node.async,
    isGenerator: node.generator,
    name,
    words,
    returns: returnsOf(node, around),
    refused: refusal(around.at(-1)),
    around,
  };
}

function refusal(parent: Node | undefined): string | undefined {
  if (parent?.type === 'MethodDefinition') {
    if (parent.kind === 'constructor')
      return 'a constructor has to call `super` and to set its fields itself; instrument what it calls';
    if (parent.kind === 'get' || parent.kind === 'set')
      return 'an accessor looks like a field and should stay as cheap';
  }
  if (parent?.type === 'Property' && parent.kind !== 'init')
    return 'an accessor looks like a field and should stay as cheap';
  return undefined;
}
