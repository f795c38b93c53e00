import { propertyName, rangeOf, unwrap, type Node } from './ast.ts';
import type { AnalysisContext } from './context.ts';
import { nameText } from './handler-facts.ts';
import type { Module } from './module.ts';
import { alternatives } from './value.ts';

/** How many jobs run at a time: `queue.process(CONCURRENCY, handler)`. */
const COUNT = /^[\d\s*+/().]+$|concurren|parallel|worker|thread|cpus|limit|batch_?size|at_?a_?time|at_?once/i;
/** Options that name a queue, a topic or a group of consumers. */
const NAMES = ['queue', 'queueName', 'topic', 'groupId', 'name'];

/** What a consumer listens to: the job that the call names, else the queue as its construction or the variable calls it. */
export function consumerName(
  ctx: AnalysisContext,
  label: Node | undefined,
  receiver: Node | undefined,
): string | undefined {
  if (label && !isCount(ctx, label)) return nameText(ctx, label, ctx.module);
  return receiver && receiverName(ctx, receiver);
}

function isCount(ctx: AnalysisContext, node: Node): boolean {
  const values = alternatives(ctx.evaluate(node));
  if (values.some((v) => v.type === 'literal'))
    return values.some((v) => v.type === 'literal' && typeof v.value === 'number');
  return COUNT.test(ctx.module.text.slice(...rangeOf(node)));
}

/** `new Queue('mail')`, `kafka.consumer({ groupId: 'mail' })`; what different places make differently goes by its variable. */
function receiverName(ctx: AnalysisContext, receiver: Node): string | undefined {
  const names = new Set<string | undefined>();
  for (const v of alternatives(ctx.evaluate(receiver)))
    if (v.type === 'shape' && v.origin && v.module) names.add(nameOfMade(ctx, v.origin, v.module));
  const [only] = names;
  if (names.size === 1 && only !== undefined) return only;
  const text = ctx.module.text.slice(...rangeOf(unwrap(receiver)));
  return /^[\w$.#]+$/.test(text) ? text.replace(/^this\./, '') : undefined;
}

function nameOfMade(ctx: AnalysisContext, origin: Node, module: Module): string | undefined {
  if (origin.type !== 'NewExpression' && origin.type !== 'CallExpression') return undefined;
  const [first] = origin.arguments;
  if (!first || first.type === 'SpreadElement') return undefined;
  const options = unwrap(first);
  if (options.type !== 'ObjectExpression') return nameText(ctx, first, module);
  for (const name of NAMES) {
    const property = options.properties.find((p) => p.type === 'Property' && propertyName(p) === name);
    if (property?.type === 'Property') return nameText(ctx, property.value, module);
  }
  return undefined;
}
