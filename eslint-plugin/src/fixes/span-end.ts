import {
  calleeName,
  enclosingFunction,
  isFunction,
  parentOf,
  propertyName,
  rangeOf,
  unwrap,
  walk,
  type FunctionNode,
  type Node,
  type TSESTree,
} from '../analysis/ast.ts';
import { findNode } from '../analysis/span-life-find.ts';
import { outerOf } from '../analysis/span-life-refs.ts';
import type { SpanLifeFact } from '../analysis/span-life.ts';
import type { Suggestion } from '../rules/create-rule.ts';
import { removeStatement, type Edit } from './edits.ts';
import { removeEnd } from './superfluous-end.ts';

/** Ways to repair the life of a span, where the text of the file allows one that is certainly right. */
export function spanEndSuggestions(fact: SpanLifeFact, text: string): readonly Suggestion[] {
  switch (fact.problem) {
    case 'never-ended':
    case 'not-on-every-path':
      return fact.fix === 'wrap-finally' ? wrapFinally(fact.start as TSESTree.CallExpression, text) : [];
    case 'floating-active-span':
      return wait(fact.start);
    case 'ended-too-early':
      return fact.fix === 'await'
        ? [
            {
              title: 'Wait for the work: add `await`',
              edits: [{ start: rangeOf(fact.node)[0], end: rangeOf(fact.node)[0], text: 'await ' }],
            },
          ]
        : [];
    case 'double-end':
      return removeEnd(fact, text);
    default:
      return [];
  }
}

function wait(start: Node): Suggestion[] {
  const statement = outerOf(start);
  if (statement?.type !== 'ExpressionStatement') return [];
  const [at] = rangeOf(statement);
  const insert = (title: string, word: string): Suggestion => ({
    title,
    edits: [{ start: at, end: at, text: `${word} ` }],
  });
  const block = parentOf(statement);
  const last = block?.type === 'BlockStatement' && block.body.at(-1) === statement && isFunction(parentOf(block));
  const suggestions = [insert('Wait for the callback: add `await`', 'await')];
  return last ? [...suggestions, insert('Give the promise to the caller: add `return`', 'return')] : suggestions;
}

/** The lines that a `try` would take, and what is known about the code in them. */
interface Region {
  readonly fn: FunctionNode;
  readonly span: string;
  readonly statements: readonly Node[];
  /** Character range of whole lines. */
  readonly from: number;
  readonly to: number;
  /** Start of the line that the new `try` is as deep as. */
  readonly indent: string;
  readonly unit: string;
}

function wrapFinally(start: TSESTree.CallExpression, text: string): Suggestion[] {
  const region = regionOf(start, text);
  const edits = region && lineEdits(region, start, text);
  if (!edits) return [];
  const { indent, unit, from, to, span } = region;
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const body = indentLines(text, region, edits);
  const after = `${indent}} finally {${eol}${indent}${unit}${span}.end();${eol}${indent}}${eol}`;
  return [
    {
      title: `End the span in a \`finally\` around the rest of the function`,
      edits: [{ start: from, end: to, text: `${indent}try {${eol}${body}${after}` }],
    },
  ];
}

function regionOf(start: TSESTree.CallExpression, text: string): Region | undefined {
  const callback = start.arguments.at(-1);
  const active =
    calleeName(start) !== 'startSpan' && callback && isFunction(unwrap(callback))
      ? (unwrap(callback) as FunctionNode)
      : undefined;
  let block: Node | undefined;
  let head: number;
  let statements: readonly Node[];
  let span: string | undefined;
  if (active) {
    block = active.body;
    if (block.type !== 'BlockStatement') return undefined;
    statements = block.body.filter((s) => !(s.type === 'ExpressionStatement' && 'directive' in s && s.directive));
    head =
      statements.length < block.body.length
        ? rangeOf(block.body[block.body.length - statements.length - 1] ?? block)[1]
        : rangeOf(block)[0] + 1;
    const param = active.params[0];
    span = param?.type === 'Identifier' ? param.name : undefined;
  } else {
    const declarator = outerOf(start);
    const declaration = declarator?.type === 'VariableDeclarator' ? parentOf(declarator) : undefined;
    block = declaration && parentOf(declaration);
    if (
      declarator?.type !== 'VariableDeclarator' ||
      declaration?.type !== 'VariableDeclaration' ||
      declaration.declarations.length !== 1 ||
      block?.type !== 'BlockStatement'
    )
      return undefined;
    statements = block.body.slice(block.body.indexOf(declaration) + 1);
    head = rangeOf(declaration)[1];
    span =
      declarator.id.type === 'Identifier'
        ? declarator.id.name + (declarator.init?.type === 'ChainExpression' ? '?' : '')
        : undefined;
  }
  const fn = active ?? enclosingFunction(start);
  const first = statements[0];
  if (!fn || span === undefined || !first) return undefined;
  const close = rangeOf(block)[1] - 1;
  let from = text.indexOf('\n', head) + 1;
  const to = text.lastIndexOf('\n', close - 1) + 1;
  const onlyComment = /^[ \t]*(?:\/\/[^\n]*|\/\*[^\n]*\*\/[ \t]*)?\r?$/.test(text.slice(head, from - 1));
  // statements that share a line with a brace would have to be laid out anew
  if (from === 0 || !onlyComment || rangeOf(first)[0] < from || text.slice(to, close).trim() !== '' || to <= from)
    return undefined;
  from += /^(?:[ \t]*\r?\n)*/.exec(text.slice(from, to))?.[0].length ?? 0;
  const indent = indentAt(text, rangeOf(first)[0]);
  const outer = indentAt(text, close);
  const unit = indent.startsWith(outer) && indent.length > outer.length ? indent.slice(outer.length) : '  ';
  return { fn, span, statements, from, to, indent, unit };
}

function indentAt(text: string, offset: number): string {
  const line = text.lastIndexOf('\n', offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(line))?.[0] ?? '';
}

/** Calls that run a function before they are done, so that a span used in it is still open. */
const RUNNERS = new Set([
  'with',
  'withSpan',
  'startActiveSpan',
  'map',
  'forEach',
  'filter',
  'reduce',
  'some',
  'every',
  'find',
]);

/** Changes inside the lines: `end()` calls that the `finally` replaces, `await` before returned calls. Undefined when a `finally` could be wrong. */
function lineEdits(region: Region, start: Node, text: string): Edit[] | undefined {
  const { fn, span, statements } = region;
  const name = span.replace('?', '');
  const edits: Edit[] = [];
  const wrong = (node: Node): boolean => {
    if (node.type === 'FunctionDeclaration') return true;
    if (isFunction(node)) return mentions(node, name) && !runsNow(node, fn);
    if (node.type === 'ReturnStatement' && node.argument && enclosingFunction(node) === fn)
      return !awaitReturn(node.argument, fn, edits);
    if (node.type !== 'CallExpression' || node === start) return false;
    if (calleeName(node) === 'then' && !fn.async) return true;
    return isEndOf(node, name) && !removeLine(node, text, edits);
  };
  return statements.some((s) => findNode(s, wrong)) ? undefined : edits;
}

/** Drops an `end()` call with its line; false when it is part of something else. */
function removeLine(call: TSESTree.CallExpression, text: string, edits: Edit[]): boolean {
  const statement = outerOf(call);
  if (
    statement?.type !== 'ExpressionStatement' ||
    parentOf(statement)?.type !== 'BlockStatement' ||
    call.arguments.length > 0
  )
    return false;
  const edit = removeStatement(text, { start: rangeOf(statement)[0], end: rangeOf(statement)[1] });
  if (!/^[^\n]*\n$/.test(text.slice(edit.start, edit.end))) return false;
  edits.push(edit);
  return true;
}

function isEndOf(call: TSESTree.CallExpression, name: string): boolean {
  const callee = unwrap(call.callee);
  if (callee.type !== 'MemberExpression' || propertyName(callee) !== 'end') return false;
  const object = unwrap(callee.object);
  return object.type === 'Identifier' && object.name === name;
}

function mentions(node: Node, name: string): boolean {
  return findNode(node, (n) => n.type === 'Identifier' && n.name === name) !== undefined;
}

/** The function is an argument of a call that has finished, and is waited for, when the surrounding code goes on. */
function runsNow(node: FunctionNode, fn: FunctionNode): boolean {
  const call = outerOf(node);
  if (call?.type !== 'CallExpression' || !RUNNERS.has(calleeName(call) ?? '')) return false;
  if (!node.async) return true;
  const outer = outerOf(call);
  return (
    fn.async &&
    (outer?.type === 'AwaitExpression' || (outer?.type === 'ReturnStatement' && enclosingFunction(outer) === fn))
  );
}

const HARMLESS = new Set([
  'Literal',
  'Identifier',
  'TemplateLiteral',
  'AwaitExpression',
  'ArrayExpression',
  'BinaryExpression',
  'UnaryExpression',
  'MemberExpression',
  'ObjectExpression',
  'ArrowFunctionExpression',
  'FunctionExpression',
  'NewExpression',
]);

/** A promise that is returned settles after the `finally`: wait for it first. False where that is not possible. */
function awaitReturn(argument: Node, fn: FunctionNode, edits: Edit[]): boolean {
  const inner = unwrap(argument);
  if (HARMLESS.has(inner.type)) return fn.async || inner.type !== 'NewExpression';
  if (!fn.async) return false;
  const [start, end] = rangeOf(argument);
  if (argument.type === 'CallExpression') edits.push({ start, end: start, text: 'await ' });
  else edits.push({ start, end: start, text: 'await (' }, { start: end, end, text: ')' });
  return true;
}

/** The lines one level deeper, with the edits; lines that continue a template literal keep their text. */
function indentLines(text: string, region: Region, edits: readonly Edit[]): string {
  const kept = new Set<number>();
  for (const statement of region.statements) {
    walk(statement, (node) => {
      if (node.type === 'TemplateElement') {
        const [start, end] = rangeOf(node);
        for (let i = text.indexOf('\n', start); i >= 0 && i < end; i = text.indexOf('\n', i + 1)) kept.add(i + 1);
      }
      return undefined;
    });
  }
  let out = '';
  for (let at = region.from; at < region.to;) {
    const next = text.indexOf('\n', at) + 1 || region.to;
    const here = edits.filter((e) => e.start >= at && e.start < next).sort((a, b) => b.start - a.start);
    let line = text.slice(at, next);
    for (const e of here) line = line.slice(0, e.start - at) + e.text + line.slice(e.end - at);
    out += line.trim() === '' || kept.has(at) ? line : region.unit + line;
    at = next;
  }
  return out;
}
