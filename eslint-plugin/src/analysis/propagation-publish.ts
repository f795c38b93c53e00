import { publishConstructors, publishers, type PublishSpec } from '../knowledge/libraries/brokers.ts';
import {
  calleeName,
  parentOf,
  propertyName,
  unwrap,
  walk,
  type FunctionNode,
  type Node,
  type TSESTree,
} from './ast.ts';
import type { AnalysisContext } from './context.ts';
import type { Module } from './module.ts';
import { flowInto, receiverName, type CarrierSearch } from './propagation-carrier.ts';
import { hasConsumer, isSerialized } from './propagation-redis.ts';
import { isBrowserFile, tracesHere, type TracingProject } from './propagation-coverage.ts';
import { shapesOf, type PropagationDraft } from './propagation-facts.ts';
import { functionsAround, startsByItself } from './propagation-reach.ts';
import { patternIds, type Binding } from './scope.ts';

type SendingCall = TSESTree.CallExpression | TSESTree.NewExpression;

const METHODS = new Set(Object.values(publishers).flatMap((m) => Object.keys(m)));
const CONSTRUCTORS = new Set([
  'SendMessageCommand',
  'SendMessageBatchCommand',
  'PublishCommand',
  'PublishBatchCommand',
  'Worker',
]);
const MAX_CALLER_FILES = 20;

/** Messages that are sent without trace context. */
export function collectPublishes(
  ctx: AnalysisContext,
  project: TracingProject,
  carriers: CarrierSearch,
): readonly PropagationDraft[] {
  const { module } = ctx;
  if (isBrowserFile(module)) return [];
  const facts: PropagationDraft[] = [];
  const wrappers = ctx.settings.wrappers.filter((w) => w.kind === 'publish');
  for (const call of module.scopes.nodes('CallExpression')) {
    const name = calleeName(call);
    if (name === undefined) continue;
    const wrapper = wrappers.find((w) => w.name === name);
    const spec = wrapper
      ? wrapperSpec(wrapper.name, wrapper.message ?? 0)
      : METHODS.has(name)
        ? methodSpec(ctx, call, name)
        : undefined;
    if (spec) add(facts, ctx, project, carriers, call, spec);
  }
  for (const call of module.scopes.nodes('NewExpression')) {
    if (!CONSTRUCTORS.has(calleeName(call) ?? '')) continue;
    const spec = shapesOf(ctx.evaluate(call))
      .map((s) => publishConstructors[s])
      .find((s) => s !== undefined);
    if (spec && hasCarrierOption(call, spec)) add(facts, ctx, project, carriers, call, spec);
  }
  return facts;
}

function wrapperSpec(name: string, message: number): PublishSpec {
  return {
    broker: name,
    carrier: { how: 'field', arg: message, property: 'traceContext', words: 'a field of the message' },
  };
}

function methodSpec(ctx: AnalysisContext, call: TSESTree.CallExpression, name: string): PublishSpec | undefined {
  const callee = unwrap(call.callee);
  if (callee.type !== 'MemberExpression') return undefined;
  for (const shape of shapesOf(ctx.evaluate(callee.object))) {
    const methods = publishers[shape];
    if (methods && Object.hasOwn(methods, name)) return methods[name];
  }
  return undefined;
}

/** A thread gets context only through `workerData`; without it nothing is handed over. */
function hasCarrierOption(call: TSESTree.NewExpression, spec: PublishSpec): boolean {
  if (spec.optIn === undefined) return true;
  const options = call.arguments[spec.carrier.arg];
  return (
    options?.type === 'ObjectExpression' && options.properties.some((p) => propertyName(p) === spec.carrier.property)
  );
}

function add(
  facts: PropagationDraft[],
  ctx: AnalysisContext,
  project: TracingProject,
  carriers: CarrierSearch,
  call: SendingCall,
  found: PublishSpec,
): void {
  const { module } = ctx;
  if (call.arguments.length === 0 || isCovered(project, found.broker)) return;
  const spec =
    found.carrier.arg < 0 ? { ...found, carrier: { ...found.carrier, arg: dataArgument(call, ctx) } } : found;
  if (spec.optIn !== undefined && spec.optIn !== 'pubsub' && !tracesHere(ctx)) return;
  if (spec.scheduleKeys && isScheduled(call, spec.scheduleKeys, module)) return;
  if (spec.needsConsumer && !(isSerialized(call, module) && hasConsumer(ctx, project, call, spec.needsConsumer)))
    return;
  if (
    spec.carrier.how === 'field' &&
    (forwardsMessage(call.arguments[spec.carrier.arg], ctx) || carriedElsewhere(call, spec, project, module))
  )
    return;
  if (carriers.messageCarries(call, module) || startsByItself(call, module)) return;
  if (callersCarry(ctx, carriers, call)) return;
  if (spec.broker === '@nestjs/microservices' && hasNestSerializer(project, carriers)) return;
  const callee = unwrap(call.callee);
  const subject = receiverName(call);
  facts.push({
    kind: spec.optIn === 'workers' ? 'worker-message' : 'publish',
    problem: 'no-inject',
    node: callee.type === 'MemberExpression' ? callee.property : callee,
    broker: brokerWord(project, spec.broker),
    subject,
    where: spec.carrier.words,
    evidence: [
      {
        text: `\`${subject}\` sends through ${brokerWord(project, spec.broker)}, which no registered instrumentation covers`,
        node: callee,
      },
    ],
    optIn: spec.optIn,
    target: { kind: 'publish', call, carrier: spec.carrier, broker: spec.broker },
  });
}

/** Covered; for Nest's clients every package that may carry the messages is asked, and silence wins. */
export function isCovered(project: TracingProject, broker: string): boolean {
  if (project.covers(broker)) return true;
  if (broker !== '@nestjs/microservices') return false;
  const possible = project.nestBrokers();
  return possible.length === 0 || possible.some((b) => project.covers(b));
}

/** Name for a message: what carries Nest's messages, where that is known. */
export function brokerWord(project: TracingProject, broker: string): string {
  const words: Readonly<Record<string, string>> = {
    'nest-tcp': 'Nest TCP',
    redis: 'Redis',
    worker_threads: 'a worker thread',
    child_process: 'a child process',
  };
  const [only, ...others] = broker === '@nestjs/microservices' ? new Set(project.nestBrokers()) : [broker];
  const name = others.length === 0 ? (only ?? broker) : broker;
  return words[name] ?? name;
}

/** Bull: `add(data, options)` or `add(name, data, options)`. */
function dataArgument(call: SendingCall, ctx: AnalysisContext): number {
  const [first, second] = call.arguments;
  if (!first || !second) return 0;
  // `add(data ?? {}, options ?? {})`
  const fallback = first.type === 'LogicalExpression' ? unwrap(first.right) : first;
  if (fallback.type === 'ObjectExpression') return 0;
  if (call.arguments.length > 2) return 1;
  if (second.type === 'ObjectExpression' && isJobOptions(second)) return 0;
  const value = ctx.evaluate(first);
  return value.type === 'object' ? 0 : 1;
}

const JOB_OPTIONS = new Set(
  'priority delay attempts backoff lifo timeout jobId repeat removeOnComplete removeOnFail'.split(' '),
);

/** `{ attempts: 3 }`: nothing in it is data. */
function isJobOptions(node: TSESTree.ObjectExpression): boolean {
  return node.properties.length > 0 && node.properties.every((p) => JOB_OPTIONS.has(propertyName(p) ?? ''));
}

/** A property such as `repeat` in the arguments or what flows into them. */
export function isScheduled(call: SendingCall, keys: readonly string[], module: Module): boolean {
  let found = false;
  for (const expression of flowInto(call, module).expressions) {
    walk(expression, (n) => {
      if (
        n.type === 'Property' &&
        keys.includes(propertyName(n) ?? '') &&
        !(n.value.type === 'Identifier' && n.value.name === 'undefined')
      )
        found = true;
      // Jobs kept under a name that says that they repeat.
      if (
        /^repeatable/i.test(
          (n.type === 'Identifier' ? n.name : n.type === 'MemberExpression' ? propertyName(n) : undefined) ?? '',
        )
      )
        found = true;
      return !found;
    });
    if (found) break;
  }
  return found;
}

/** A helper that sends what its callers give it: one caller that adds a carrier shows that the message can bring it along. */
function callersCarry(ctx: AnalysisContext, carriers: CarrierSearch, call: SendingCall): boolean {
  const { module } = ctx;
  const { bindings } = flowInto(call, module);
  for (const fn of functionsAround(call)) {
    if (!fn.params.some((p) => patternIds(p).some((id) => ownsBinding(bindings, id)))) continue;
    const name = functionName(fn);
    if (name === undefined || name.length < 3) continue;
    const paths = ctx.host.mentioning([`${name}(`]).slice(0, MAX_CALLER_FILES);
    const modules = new Set([module, ...paths.flatMap((p) => ctx.moduleAt(p) ?? [])]);
    for (const m of modules) {
      for (const site of m.scopes.nodes('CallExpression')) {
        if (site !== call && calleeName(site) === name && carriers.messageCarries(site, m)) return true;
      }
    }
  }
  return false;
}

function ownsBinding(bindings: ReadonlySet<Binding>, id: TSESTree.Identifier): boolean {
  for (const b of bindings) if (b.id === id) return true;
  return false;
}

function functionName(fn: FunctionNode): string | undefined {
  const parent = parentOf(fn);
  if (fn.type === 'FunctionDeclaration') return fn.id?.name;
  if (parent?.type === 'VariableDeclarator' && parent.id.type === 'Identifier') return parent.id.name;
  if (parent?.type === 'MethodDefinition' || parent?.type === 'PropertyDefinition' || parent?.type === 'Property')
    return propertyName(parent);
  return undefined;
}

/** `queue.add(name, job.data)`: a message that is handed on as it is keeps the carrier that it came with. */
function forwardsMessage(data: Node | undefined, ctx: AnalysisContext): boolean {
  if (!data) return false;
  const node = unwrap(data);
  const whole =
    node.type === 'ObjectExpression'
      ? node.properties.flatMap((p) => (p.type === 'SpreadElement' ? [unwrap(p.argument)] : []))
      : [node];
  return whole.some((n) => isReceivedData(n, ctx));
}

/** `job.data`, `job.data.data` of a job that wraps another, `const { data } = job.data`, `data ?? {}`. */
function isReceivedData(node: Node, ctx: AnalysisContext, depth = 0): boolean {
  const n = unwrap(node);
  if (depth > 4) return false;
  if (n.type === 'LogicalExpression') return isReceivedData(n.left, ctx, depth + 1);
  if (n.type === 'Identifier') {
    const d = ctx.module.scopes.resolve(n)?.declaration;
    if (d?.type !== 'VariableDeclarator' || !d.init) return false;
    const isWhole =
      d.id.type === 'Identifier' ||
      (d.id.type === 'ObjectPattern' &&
        d.id.properties.some(
          (p) =>
            p.type === 'Property' &&
            propertyName(p) === 'data' &&
            p.value.type === 'Identifier' &&
            p.value.name === n.name,
        ));
    return isWhole && isReceivedData(d.init, ctx, depth + 1);
  }
  if (n.type !== 'MemberExpression' || propertyName(n) !== 'data') return false;
  const object = unwrap(n.object);
  return (
    shapesOf(ctx.evaluate(object)).some((s) => s.endsWith('.Job')) ||
    (object.type === 'Identifier' && /job|message|msg$/i.test(object.name)) ||
    isReceivedData(object, ctx, depth + 1)
  );
}

/** A helper that sends its parameter, in a workspace that writes carriers into its messages by name. */
function carriedElsewhere(call: SendingCall, spec: PublishSpec, project: TracingProject, module: Module): boolean {
  const data = call.arguments[spec.carrier.arg];
  const node = data ? unwrap(data) : undefined;
  if (node?.type !== 'Identifier' || module.scopes.resolve(node)?.kind !== 'param') return false;
  return ['traceContext', 'traceparent', 'traceCarrier', 'otelContext', 'otelCarrier'].some((word) =>
    project
      .modulesWith([word])
      .some((m) =>
        m.scopes.nodes('Property').some((p) => propertyName(p) === word && p.parent.type === 'ObjectExpression'),
      ),
  );
}

/** A custom serializer of the microservice client can add the carrier to every message. */
function hasNestSerializer(project: TracingProject, carriers: CarrierSearch): boolean {
  return project.modulesWith(['Serializer', 'inject(']).some((m) => carriers.propagates(m.ast, 'inject', m, 2));
}
