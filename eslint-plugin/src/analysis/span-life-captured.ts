import {
  enclosingFunction,
  isFunction,
  parentOf,
  propertyName,
  rangeOf,
  unwrap,
  type Node,
  type TSESTree,
} from './ast.ts';
import type { Module } from './module.ts';
import type { Binding } from './scope.ts';
import type { Evidence } from './span-life-evidence.ts';
import { lineOf } from './trace.ts';
import { outerOf } from './span-life-refs.ts';

interface Uses {
  readonly ends: readonly Node[];
  readonly others: readonly Node[];
  readonly escapes: boolean;
}

/** Sorts the references of a variable: `x.end()`, other members, anything that lets the value go elsewhere. */
function usesOf(binding: Binding, module: Module): Uses {
  const ends: Node[] = [];
  const others: Node[] = [];
  let escapes = false;
  for (const ref of module.scopes.references(binding)) {
    const parent = outerOf(ref);
    if (parent?.type === 'MemberExpression' && unwrap(parent.object) === ref)
      (propertyName(parent) === 'end' ? ends : others).push(ref);
    else if (parent?.type === 'AssignmentExpression' && parent.left === ref) continue;
    else if (
      parent?.type === 'IfStatement' ||
      parent?.type === 'UnaryExpression' ||
      parent?.type === 'BinaryExpression' ||
      parent?.type === 'LogicalExpression'
    )
      continue;
    else if (parent?.type === 'CallExpression' && /\bsetSpan$/.test(memberName(parent))) others.push(ref);
    else escapes = true;
  }
  return { ends, others, escapes };
}

function memberName(call: TSESTree.CallExpression): string {
  const callee = unwrap(call.callee);
  return callee.type === 'MemberExpression'
    ? (propertyName(callee) ?? '')
    : callee.type === 'Identifier'
      ? callee.name
      : '';
}

/**
 * A span started in one function and kept in a variable of an outer one.
 * `local`: only the starting function ends it, so its paths decide.
 */
export function judgeCaptured(
  binding: Binding,
  call: TSESTree.CallExpression,
  here: Node,
  module: Module,
): { problem: 'never-ended' | 'not-on-every-path'; evidence: Evidence[] } | 'local' | undefined {
  const { ends, escapes } = usesOf(binding, module);
  if (escapes) return undefined;
  if (ends.length === 0)
    return { problem: 'never-ended', evidence: [{ text: 'no function that sees the variable ends it', node: call }] };
  if (ends.some((e) => enclosingFunction(e) !== here)) return undefined;
  const before = ends.filter((e) => rangeOf(e)[0] < rangeOf(call)[0]);
  if (before.length < ends.length) return 'local';
  const node = before[0] ?? call;
  return {
    problem: 'not-on-every-path',
    evidence: [
      {
        text: `only the next start ends the span before it (line ${String(lineOf(node, module))}); the last one stays open`,
        node,
      },
    ],
  };
}

/** A span that a module starts while it loads: evidence when its functions share it, nothing to say when it is a script's own. */
export function judgeShared(binding: Binding, module: Module): readonly Evidence[] | undefined {
  const { ends, others, escapes } = usesOf(binding, module);
  const handlers = [...ends, ...others].filter((ref) => isSharedFunction(enclosingFunction(ref)));
  const handler = handlers[0];
  if (ends.some((e) => !enclosingFunction(e))) return undefined;
  if (!handler) return escapes || ends.length > 0 || others.some((o) => enclosingFunction(o)) ? [] : undefined;
  return [
    {
      text: `every call of the function at line ${String(lineOf(enclosingFunction(handler) ?? handler, module))} uses the one span that the module started`,
      node: handler,
    },
  ];
}

const SHUTDOWN =
  /^(?:exit|beforeExit|SIG\w+|close|disconnect|unload|beforeunload|pagehide|visibilitychange|shutdown|finish|end)$/;

/** Exported, or registered as a handler of something that happens many times. */
function isSharedFunction(fn: Node | undefined): boolean {
  for (let f: Node | undefined = fn; f; f = enclosingFunction(f)) {
    if (!isFunction(f)) return false;
    const parent = outerOf(f);
    if (f.type === 'FunctionDeclaration') {
      if (parent?.type === 'ExportNamedDeclaration') return true;
    } else if (parent?.type === 'VariableDeclarator') {
      const statement = parentOf(parent);
      if (statement && parentOf(statement)?.type === 'ExportNamedDeclaration') return true;
    } else if (parent?.type === 'CallExpression') {
      const [first] = parent.arguments;
      const event = first?.type === 'Literal' ? String(first.value) : '';
      if (
        /^(?:get|post|put|patch|delete|use|all|on|addEventListener|subscribe|consume)$/.test(memberName(parent)) &&
        !SHUTDOWN.test(event)
      )
        return true;
    }
  }
  return false;
}
