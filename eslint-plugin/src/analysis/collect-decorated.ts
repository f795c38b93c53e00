import { entryDecorators } from '../knowledge/entry-points.ts';
import { handlerClasses, handlerDecorators } from '../knowledge/libraries/brokers.ts';
import { isFunction, propertyName, unwrap } from './ast.ts';
import type { AnalysisContext } from './context.ts';
import { controllerPaths } from './controller-paths.ts';
import type { Evaluator } from './evaluate.ts';
import { nameText, rangeFrom, routeTexts, type HandlerDraft } from './handler-facts.ts';
import { rootImport } from './root-import.ts';

/** Methods that decorators of a framework turn into handlers. */
export function* decoratedHandlers(ev: Evaluator, ctx: AnalysisContext): Iterable<HandlerDraft> {
  const { module } = ctx;
  for (const decorator of module.scopes.nodes('Decorator')) {
    const method = decorator.parent;
    const expression = unwrap(decorator.expression);
    if (method.type !== 'MethodDefinition' || expression.type !== 'CallExpression' || !isFunction(method.value))
      continue;
    const root = rootImport(ctx, expression.callee, module);
    if (!root?.direct) continue;
    const broker = handlerDecorators[root.source]?.[root.name]?.broker;
    const kind = entryDecorators[root.source]?.[root.name] ?? (broker === undefined ? undefined : 'consumer');
    if (kind === undefined) continue;
    const [first] = expression.arguments;
    const own = first && nameText(ctx, first, module);
    const methodName = propertyName(method) ?? root.name;
    const classNode = method.parent.parent;
    yield {
      kind,
      framework: broker ?? root.source,
      ...(broker === undefined ? {} : { broker }),
      name:
        kind === 'http'
          ? `${root.name.toUpperCase()} ${controllerPaths(ev, ctx, root.source, method, routeTexts(ctx, first)).join(', ')}`
          : kind === 'graphql'
            ? `${root.name}.${methodName}`
            : `${methodName}${own === undefined || own.length > 40 ? '' : ` ${own}`}`,
      module,
      range: rangeFrom(method.key, method.key),
      functions: [{ node: method.value, module }],
      around: [],
      decorators: [...method.decorators, ...classNode.decorators],
    };
  }
}

/** Classes whose base class names the method that handles messages. */
export function* handlerClassMethods(ctx: AnalysisContext): Iterable<HandlerDraft> {
  const { module } = ctx;
  for (const node of [...module.scopes.nodes('ClassDeclaration'), ...module.scopes.nodes('ClassExpression')]) {
    const root = node.superClass ? rootImport(ctx, node.superClass, module) : undefined;
    const facts = root && handlerClasses[root.source]?.[root.name];
    const method =
      facts && node.body.body.find((m) => m.type === 'MethodDefinition' && propertyName(m) === facts.method);
    if (!facts || method?.type !== 'MethodDefinition' || !isFunction(method.value)) continue;
    yield {
      kind: 'consumer',
      framework: facts.broker,
      broker: facts.broker,
      name: node.id?.name ?? facts.method,
      module,
      range: rangeFrom(method.key, method.key),
      functions: [{ node: method.value, module }],
      around: [],
      decorators: [...method.decorators, ...node.decorators],
    };
  }
}
