import { calleeName, dottedName, parentOf, propertyName, unwrap, walk, type Node, type TSESTree } from './ast.ts';
import type { AnalysisContext } from './context.ts';
import type { CarrierSearch } from './propagation-carrier.ts';
import type { TracingProject } from './propagation-coverage.ts';
import type { PropagationDraft } from './propagation-facts.ts';
import { functionsAround } from './propagation-reach.ts';

/** Headers of home-made trace ids; reading one shows that the caller's trace is meant to go on. */
const OWN_TRACE_HEADER = /^x-(?:trace|span|parent|b3|correlation)[\w-]*-?id$|^trace-?id$/i;

/** Server spans started by hand that begin a new trace although the request brings a parent; baggage lost with ROOT_CONTEXT. */
export function collectServerSpans(
  ctx: AnalysisContext,
  project: TracingProject,
  carriers: CarrierSearch,
): readonly PropagationDraft[] {
  const facts: PropagationDraft[] = [];
  for (const call of ctx.module.scopes.nodes('CallExpression')) {
    const name = calleeName(call);
    if (name === 'startSpan' || name === 'startActiveSpan') {
      const fact = serverSpan(ctx, project, carriers, call, name);
      if (fact) facts.push(fact);
    } else if (name === 'setSpan' && usesBaggage(project)) {
      const fact = rootContext(ctx, call);
      if (fact) facts.push(fact);
    }
  }
  return facts;
}

function serverSpan(
  ctx: AnalysisContext,
  project: TracingProject,
  carriers: CarrierSearch,
  call: TSESTree.CallExpression,
  name: string,
): PropagationDraft | undefined {
  const options = call.arguments[1];
  const { module } = ctx;
  if (options?.type !== 'ObjectExpression' || !isServerKind(options)) return undefined;
  // An explicit parent: third of startSpan, third of four of startActiveSpan.
  if (call.arguments.length > (name === 'startSpan' ? 2 : 3)) return undefined;
  const around = functionsAround(call);
  const handler = around.find((f) => f.params.length > 0 && readsHeaders(f));
  if (!handler || around.some((f) => carriers.propagates(f, 'extract', module))) return undefined;
  const own = ownTraceHeader(handler);
  if (!own && instrumentsHttp(project)) return undefined;
  const callee = unwrap(call.callee);
  return {
    kind: 'extract',
    problem: 'server-span-ignores-parent',
    node: callee.type === 'MemberExpression' ? callee.property : callee,
    broker: 'http',
    subject: name,
    where: 'traceparent',
    evidence: [
      own
        ? { text: `only the own header \`${own.text}\` is read`, node: own.node }
        : { text: 'no HTTP instrumentation is registered', node: callee },
    ],
    optIn: undefined,
    target: { kind: 'server', call, handler },
  };
}

function isServerKind(options: TSESTree.ObjectExpression): boolean {
  return options.properties.some(
    (p) =>
      p.type === 'Property' &&
      propertyName(p) === 'kind' &&
      /(?:^|\.)SpanKind\.SERVER$/.test(dottedName(p.value) ?? ''),
  );
}

function readsHeaders(fn: Node): boolean {
  let found = false;
  walk(fn, (n) => {
    if (n.type === 'MemberExpression' && (propertyName(n) === 'headers' || propertyName(n) === 'header')) found = true;
    return !found;
  });
  return found;
}

function ownTraceHeader(fn: Node): { readonly text: string; readonly node: Node } | undefined {
  let found: { text: string; node: Node } | undefined;
  walk(fn, (n) => {
    if (found) return false;
    if (n.type !== 'Literal' || typeof n.value !== 'string' || !OWN_TRACE_HEADER.test(n.value)) return undefined;
    const parent = parentOf(n);
    const holder =
      parent?.type === 'MemberExpression' && parent.property === n
        ? unwrap(parent.object)
        : parent?.type === 'CallExpression'
          ? unwrap(parent.callee)
          : undefined;
    if (
      holder?.type === 'MemberExpression' &&
      /^headers?$|^get$/.test(propertyName(holder) ?? '') &&
      parent?.parent?.type !== 'AssignmentExpression'
    )
      found = { text: n.value, node: n };
    return undefined;
  });
  return found;
}

const HTTP_WORDS: readonly (readonly string[])[] = [
  ['HttpInstrumentation('],
  ['getNodeAutoInstrumentations('],
  ['auto-instrumentations-node/register'],
  ['@sentry/node'],
  ['dd-trace'],
];

function instrumentsHttp(project: TracingProject): boolean {
  return HTTP_WORDS.some((words) => project.modulesWith(words).length > 0);
}

function usesBaggage(project: TracingProject): boolean {
  return project.modulesWith(['propagation.setBaggage(']).length > 0;
}

/** `trace.setSpan(ROOT_CONTEXT, span)` inside a function: the baggage of the running request is left behind. */
function rootContext(ctx: AnalysisContext, call: TSESTree.CallExpression): PropagationDraft | undefined {
  const base = call.arguments[0];
  if (base?.type !== 'Identifier' || base.name !== 'ROOT_CONTEXT') return undefined;
  const binding = ctx.module.scopes.resolve(base);
  if (binding?.kind !== 'import') return undefined;
  const handler = functionsAround(call).find((f) => f.params.length > 0 && readsHeaders(f));
  if (!handler) return undefined;
  return {
    kind: 'extract',
    problem: 'root-context-drops-baggage',
    node: base,
    broker: 'baggage',
    subject: 'ROOT_CONTEXT',
    where: 'context.active()',
    evidence: [{ text: 'the workspace sets baggage', node: base }],
    optIn: undefined,
    target: { kind: 'root', node: base },
  };
}
