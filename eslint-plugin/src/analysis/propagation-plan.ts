import {
  dottedName,
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
} from './ast.ts';
import type { Range } from './facts.ts';
import type { AnalysisContext } from './context.ts';
import type { Module } from './module.ts';
import type { CarrierHolder, PropagationTarget } from './propagation-facts.ts';
import { apiNames, type ApiNames } from './propagation-names.ts';
import { receivedTypes, sentTypes, type TypeChange } from './propagation-types.ts';

/** Where a carrier goes in a call. */
export type CarrierPlace =
  /** A property is added to an object literal. */
  | { readonly at: 'object'; readonly range: Range; readonly empty: boolean; readonly property: string }
  /** The carrier is spread into an existing object literal. */
  | { readonly at: 'spread'; readonly range: Range; readonly empty: boolean }
  /** An expression becomes an object that also has the property. */
  | { readonly at: 'merge'; readonly range: Range; readonly property: string }
  /** An expression becomes an object with the carrier's entries. */
  | { readonly at: 'merge-entries'; readonly range: Range }
  /** A new last argument. */
  | { readonly at: 'argument'; readonly offset: number; readonly property: string }
  /** Every element of an array gets the property. */
  | { readonly at: 'map'; readonly range: Range; readonly property: string; readonly below: string | undefined };

/** Plain description of a repair; texts are made of it by the fixes. */
export type PropagationPlan =
  | {
      readonly kind: 'publish';
      readonly names: ApiNames;
      readonly statement: number;
      readonly variable: string;
      readonly places: readonly CarrierPlace[];
      readonly style: 'plain' | 'nats' | 'aws';
      readonly types: readonly TypeChange[];
    }
  | {
      readonly kind: 'consume';
      readonly names: ApiNames;
      readonly body: Range;
      readonly concise: boolean;
      readonly isAsync: boolean;
      readonly carrier: string;
      readonly values: 'buffers' | 'accessor' | 'redis' | undefined;
      /** Starts of lines inside template literals of the body, which keep their indentation. */
      readonly verbatim: readonly number[];
      readonly types: readonly TypeChange[];
    }
  | {
      readonly kind: 'carrier';
      readonly range: Range;
      readonly direction: 'inject' | 'extract';
      readonly holder: CarrierHolder;
    }
  | { readonly kind: 'server'; readonly names: ApiNames; readonly offset: number; readonly headers: string }
  | { readonly kind: 'root'; readonly names: ApiNames; readonly range: Range };

/** Plan for a repair, undefined where an edit would change more than it should. */
export function planOf(target: PropagationTarget, ctx: AnalysisContext): PropagationPlan | undefined {
  const { module } = ctx;
  switch (target.kind) {
    case 'publish':
      return publishPlan(target, ctx);
    case 'consume':
      return consumePlan(target, ctx);
    case 'carrier': {
      const carrier = target.call.arguments[1];
      const callee = unwrap(target.call.callee);
      return carrier
        ? {
            kind: 'carrier',
            range: range(carrier),
            direction: propertyName(callee) === 'inject' ? 'inject' : 'extract',
            holder: target.holder,
          }
        : undefined;
    }
    case 'server':
      return serverPlan(target.call, target.handler, module);
    case 'root':
      return { kind: 'root', names: apiNames(module, target.node), range: range(target.node) };
  }
}

function range(node: Node): Range {
  const [start, end] = rangeOf(node);
  return { start, end };
}

/** Start of the statement around a node that stands in a block of the same function. */
function statementStart(node: Node): number | undefined {
  for (let n: Node | undefined = node; n; n = parentOf(n)) {
    const parent = parentOf(n);
    if (!parent || isFunction(n)) return undefined;
    if (parent.type === 'BlockStatement' || parent.type === 'Program') return rangeOf(n)[0];
    if (parent.type === 'SwitchCase' && parent.test !== n) return rangeOf(n)[0];
  }
  return undefined;
}

function freeName(module: Module, at: Node, names: readonly string[]): string | undefined {
  return names.find((n) => !module.scopes.lookup(n, at));
}

function publishPlan(
  target: Extract<PropagationTarget, { kind: 'publish' }>,
  ctx: AnalysisContext,
): PropagationPlan | undefined {
  const { call, carrier, broker } = target;
  const { module } = ctx;
  const statement = statementStart(call);
  if (statement === undefined || call.arguments.some((a) => a.type === 'SpreadElement')) return undefined;
  const variable = freeName(
    module,
    call,
    carrier.how === 'field'
      ? ['traceContext', 'traceCarrier', 'otelCarrier']
      : ['traceHeaders', 'traceCarrier', 'otelCarrier'],
  );
  if (variable === undefined) return undefined;
  const places = placesOf(call, carrier.how, carrier.arg, carrier.property, broker, module);
  if (places.length === 0) return undefined;
  const style =
    broker === 'nats' && carrier.how === 'headers' ? 'nats' : broker.startsWith('@aws-sdk/') ? 'aws' : 'plain';
  // Entries of MsgHdrs cannot be spread into an object.
  if (style === 'nats' && places.some((p) => p.at === 'spread' || p.at === 'merge-entries')) return undefined;
  const types = carrier.how === 'field' && broker !== 'redis' ? sentTypes(call, carrier.property, ctx) : [];
  return { kind: 'publish', names: apiNames(module, call), statement, variable, places, style, types };
}

function placesOf(
  call: TSESTree.CallExpression | TSESTree.NewExpression,
  how: 'field' | 'headers' | 'each',
  arg: number,
  property: string,
  broker: string,
  module: Module,
): readonly CarrierPlace[] {
  const node = call.arguments[arg];
  if (!node) {
    const last = call.arguments.at(-1);
    // Only directly after the arguments that are there; a single object is a form with named parts.
    const isNamed =
      call.arguments.length === 1 && last !== undefined && unwrap(last).type === 'ObjectExpression' && how === 'field';
    return how !== 'each' && last && !isNamed && call.arguments.length === arg
      ? [{ at: 'argument', offset: rangeOf(last)[1], property }]
      : [];
  }
  const value = unwrap(node);
  if (how === 'each') return eachPlaces(value, property, broker);
  if (how === 'headers') return property.includes('.') ? [] : headerPlaces(value, property);
  if (broker === 'redis') return serializedPlaces(value, property, module);
  return value.type === 'ObjectExpression'
    ? [objectPlace(value, property)]
    : value.type === 'Literal' || value.type === 'TemplateLiteral'
      ? []
      : [{ at: 'merge', range: range(node), property }];
}

function objectPlace(node: TSESTree.ObjectExpression, property: string): CarrierPlace {
  return { at: 'object', range: range(node), empty: node.properties.length === 0, property };
}

function headerPlaces(value: Node, property: string): readonly CarrierPlace[] {
  if (property === '')
    return value.type === 'ObjectExpression'
      ? [{ at: 'spread', range: range(value), empty: value.properties.length === 0 }]
      : [{ at: 'merge-entries', range: range(value) }];
  if (value.type !== 'ObjectExpression')
    return value.type === 'Literal' ? [] : [{ at: 'merge', range: range(value), property }];
  const own = value.properties.find((p) => p.type === 'Property' && propertyName(p) === property);
  if (own?.type !== 'Property') return [objectPlace(value, property)];
  if (own.shorthand) return [];
  const inner = unwrap(own.value);
  return inner.type === 'ObjectExpression'
    ? [{ at: 'spread', range: range(inner), empty: inner.properties.length === 0 }]
    : [{ at: 'merge-entries', range: range(own.value) }];
}

/** Headers of every message of a Kafka batch, data of every job of a bulk. */
function eachPlaces(value: Node, property: string, broker: string): readonly CarrierPlace[] {
  const isBulk = property === 'traceContext';
  if (!isBulk && property !== 'messages') return [];
  const list = isBulk
    ? value
    : value.type === 'ObjectExpression'
      ? value.properties.find((p) => p.type === 'Property' && propertyName(p) === property)
      : undefined;
  const node =
    list?.type === 'Property' ? (list.shorthand ? undefined : unwrap(list.value)) : isBulk ? value : undefined;
  if (!node) return [];
  if (node.type === 'ArrayExpression' && node.elements.every((e) => e?.type === 'ObjectExpression')) {
    return node.elements.flatMap((e) =>
      e?.type === 'ObjectExpression' ? (isBulk ? bulkPlaces(e) : headerPlaces(e, 'headers')) : [],
    );
  }
  if (broker === 'redis') return [];
  return [
    isBulk
      ? { at: 'map', range: range(node), property: 'traceContext', below: 'data' }
      : { at: 'map', range: range(node), property: 'headers', below: undefined },
  ];
}

function bulkPlaces(job: TSESTree.ObjectExpression): readonly CarrierPlace[] {
  const data = job.properties.find((p) => p.type === 'Property' && propertyName(p) === 'data');
  if (data?.type !== 'Property' || data.shorthand) return [];
  const value = unwrap(data.value);
  return [
    value.type === 'ObjectExpression'
      ? objectPlace(value, 'traceContext')
      : { at: 'merge', range: range(data.value), property: 'traceContext' },
  ];
}

/** The object inside `JSON.stringify(…)`. */
function serializedPlaces(value: Node, property: string, module: Module): readonly CarrierPlace[] {
  const node = value.type === 'Identifier' ? initOf(value, module) : value;
  if (node?.type !== 'CallExpression' || propertyName(unwrap(node.callee)) !== 'stringify') return [];
  const inner = node.arguments[0];
  if (!inner || inner.type === 'SpreadElement' || node !== value) return [];
  const plain = unwrap(inner);
  return [
    plain.type === 'ObjectExpression' ? objectPlace(plain, property) : { at: 'merge', range: range(inner), property },
  ];
}

function initOf(id: TSESTree.Identifier, module: Module): Node | undefined {
  const declaration = module.scopes.resolve(id)?.declaration;
  return declaration?.type === 'VariableDeclarator' && declaration.init ? unwrap(declaration.init) : undefined;
}

function consumePlan(
  target: Extract<PropagationTarget, { kind: 'consume' }>,
  ctx: AnalysisContext,
): PropagationPlan | undefined {
  const { handler, path } = target;
  const { module } = ctx;
  if (handler.generator || !handler.body || usesArguments(handler)) return undefined;
  const carrier =
    target.values === 'redis' ? parsedText(handler, target.message, path) : carrierText(handler, target.message, path);
  if (carrier === undefined) return undefined;
  const concise = handler.body.type !== 'BlockStatement';
  const [start, end] = rangeOf(handler.body);
  return {
    kind: 'consume',
    names: apiNames(module, handler.body),
    body: concise ? { start, end } : { start: start + 1, end: end - 1 },
    concise,
    isAsync: handler.async,
    carrier,
    values: target.values,
    verbatim: continuedLines(handler.body, module.text),
    types: receivedTypes(handler, target.message, path, ctx),
  };
}

/** Starts of the lines that continue a template literal. */
function continuedLines(root: Node, text: string): readonly number[] {
  const starts: number[] = [];
  walk(root, (node) => {
    if (node.type === 'TemplateElement') {
      const [start, end] = rangeOf(node);
      for (let i = text.indexOf('\n', start); i >= 0 && i < end; i = text.indexOf('\n', i + 1)) starts.push(i + 1);
    }
    return undefined;
  });
  return starts;
}

/** `JSON.parse(message).traceContext`, where the handler reads its message in this way. */
function parsedText(handler: FunctionNode, index: number, path: string): string | undefined {
  const param = handler.params[index];
  if (param?.type !== 'Identifier') return undefined;
  let parses = false;
  walk(handler.body, (n) => {
    const [first] = n.type === 'CallExpression' && dottedName(n.callee) === 'JSON.parse' ? n.arguments : [];
    if (first?.type === 'Identifier' && first.name === param.name) parses = true;
    return !parses;
  });
  return parses ? `JSON.parse(${param.name}).${path}` : undefined;
}

/** `job.data.traceContext`, or the way from what a destructured parameter takes out. */
function carrierText(handler: FunctionNode, index: number, path: string): string | undefined {
  const param = handler.params[index];
  if (!param) return undefined;
  const optional = (root: string, rest: readonly string[]): string => [root, ...rest].join('?.');
  const steps = path.split('.');
  if (param.type === 'Identifier') return optional(param.name, steps).replace('?.', '.');
  if (param.type !== 'ObjectPattern') return undefined;
  const taken = param.properties.find((p) => p.type === 'Property' && propertyName(p) === steps[0]);
  if (taken?.type !== 'Property' || taken.value.type !== 'Identifier') return undefined;
  return optional(taken.value.name, steps.slice(1)).replace('?.', '.');
}

function usesArguments(handler: FunctionNode): boolean {
  let found = false;
  walk(handler.body, (n) => {
    if (n.type === 'Identifier' && n.name === 'arguments' && enclosingFunction(n) === handler) found = true;
    return !found;
  });
  return found;
}

function serverPlan(call: TSESTree.CallExpression, handler: FunctionNode, module: Module): PropagationPlan | undefined {
  const options = call.arguments[1];
  if (!options) return undefined;
  const params = new Set(handler.params.flatMap((p) => (p.type === 'Identifier' ? [p.name] : [])));
  let headers: string | undefined;
  walk(handler, (n) => {
    if (headers === undefined && n.type === 'MemberExpression' && propertyName(n) === 'headers') {
      const dotted = dottedName(n);
      if (dotted !== undefined && params.has(dotted.split('.')[0] ?? '') && dotted.split('.').length <= 3)
        headers = dotted;
    }
    return headers === undefined;
  });
  return headers === undefined
    ? undefined
    : { kind: 'server', names: apiNames(module, call), offset: rangeOf(options)[1], headers };
}
