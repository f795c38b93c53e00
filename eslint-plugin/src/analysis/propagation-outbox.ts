import {
  calleeName,
  dottedName,
  isFunction,
  parentOf,
  propertyName,
  unwrap,
  walk,
  type Node,
  type TSESTree,
} from './ast.ts';
import type { AnalysisContext } from './context.ts';
import type { Module } from './module.ts';
import type { CarrierSearch } from './propagation-carrier.ts';
import type { PropagationDraft } from './propagation-facts.ts';
import { patternIds } from './scope.ts';

const SENDS = /^(?:publish|emit|send|produce|dispatch|enqueue)/;
const READS = /^(?:find|select|query|fetch|get|load|claim|poll|lock)/;

/**
 * Relays of an outbox table: a loop over stored events that sends each of them.
 * The request that stored the event has ended, so an instrumentation of the broker has nothing to inject:
 * its context must have been stored with the row.
 */
export function collectOutbox(
  ctx: AnalysisContext,
  carriers: CarrierSearch,
  reported: readonly PropagationDraft[],
): readonly PropagationDraft[] {
  const { module } = ctx;
  if (!/outbox/i.test(module.text)) return [];
  const drafts: PropagationDraft[] = [];
  for (const call of module.scopes.nodes('CallExpression')) {
    const callee = unwrap(call.callee);
    if (
      callee.type !== 'MemberExpression' ||
      !SENDS.test(propertyName(callee) ?? '') ||
      reported.some((r) => r.node === callee.property)
    )
      continue;
    const loop = outboxLoop(call, module);
    if (!loop || carriers.messageCarries(call, module)) continue;
    drafts.push({
      kind: 'publish',
      problem: 'stored-without-context',
      node: callee.property,
      broker: 'outbox',
      subject: dottedName(callee.object) ?? calleeName(call) ?? 'the relay',
      where: 'a column of the outbox row',
      evidence: [{ text: 'the loop goes over rows of the outbox', node: loop }],
      optIn: undefined,
      target: undefined,
    });
  }
  return drafts;
}

/** The loop over outbox rows around a call that sends something of the row. */
function outboxLoop(call: TSESTree.CallExpression, module: Module): Node | undefined {
  for (let n = parentOf(call); n; n = parentOf(n)) {
    if (n.type === 'ForOfStatement' && n.left.type === 'VariableDeclaration') {
      const row = n.left.declarations[0]?.id;
      if (row && mentionsRow(call, row, module) && readsOutbox(n.right, module)) return n;
    } else if (isFunction(n)) {
      const parent = parentOf(n);
      const row = n.params[0];
      const callee = parent?.type === 'CallExpression' ? unwrap(parent.callee) : undefined;
      if (
        row &&
        callee?.type === 'MemberExpression' &&
        /^(?:map|forEach)$/.test(propertyName(callee) ?? '') &&
        mentionsRow(call, row, module) &&
        readsOutbox(callee.object, module)
      )
        return n;
    }
  }
  return undefined;
}

function mentionsRow(call: TSESTree.CallExpression, row: Node, module: Module): boolean {
  const rows = patternIds(row).map((id) => module.scopes.resolve(id) ?? module.scopes.lookup(id.name, call));
  return call.arguments.some((a) => {
    let found = false;
    walk(a, (n) => {
      if (n.type === 'Identifier' && rows.some((r) => r !== undefined && module.scopes.resolve(n) === r)) found = true;
      return !found;
    });
    return found;
  });
}

/** `await prisma.outbox.findMany(…)`, `outboxRepository.find(…)`, directly or through a variable. */
function readsOutbox(rows: Node, module: Module): boolean {
  let n = unwrap(rows);
  if (n.type === 'Identifier') {
    const declaration = module.scopes.resolve(n)?.declaration;
    if (declaration?.type !== 'VariableDeclarator' || !declaration.init) return false;
    n = unwrap(declaration.init);
  }
  if (n.type === 'AwaitExpression') n = unwrap(n.argument);
  if (n.type !== 'CallExpression') return false;
  const callee = unwrap(n.callee);
  return (
    callee.type === 'MemberExpression' &&
    READS.test(propertyName(callee) ?? '') &&
    /outbox/i.test(dottedName(callee.object) ?? '')
  );
}
