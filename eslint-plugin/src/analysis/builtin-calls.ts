import { entryValues } from './evaluate-binding.ts';
import { memberValue } from './evaluate-member.ts';
import { callbackLimits } from './guards.ts';
import { apply } from './evaluate-call.ts';
import type { Evaluator } from './evaluate.ts';
import type { TSESTree } from './ast.ts';
import { alternatives, bounded, join, literal, unknown, type DerivedValue, type Thunk, type Value } from './value.ts';

const derived = (how: DerivedValue['how'], name: string, of: readonly Value[]): Value => ({
  type: 'derived',
  how,
  name,
  of,
});
const BOOLEAN = bounded('a boolean', 2);

/** Result of a global function or a static method (`String`, `Object.keys`, `new Set`). */
export function builtinCall(ev: Evaluator, name: string, args: readonly Thunk[]): Value | undefined {
  const first = (): Value => args[0]?.() ?? literal(undefined);
  switch (name) {
    case 'String':
    case 'decodeURIComponent':
    case 'encodeURIComponent':
    case 'decodeURI':
    case 'encodeURI':
    case 'structuredClone':
    case 'Object.freeze':
    case 'Object.seal':
    case 'Promise.resolve':
    case 'Object':
      return first();
    case 'Number':
    case 'parseInt':
    case 'parseFloat':
    case 'BigInt':
    case 'Number.parseInt':
    case 'Number.parseFloat':
      return derived('number', name, [first()]);
    case 'Boolean':
    case 'Array.isArray':
    case 'Number.isInteger':
    case 'Number.isFinite':
    case 'Number.isNaN':
    case 'isNaN':
    case 'isFinite':
    case 'Object.hasOwn':
    case 'Object.is':
    case 'Number.isSafeInteger':
      return BOOLEAN;
    case 'JSON.stringify':
      return derived('text', 'JSON.stringify()', [first()]);
    case 'JSON.parse': {
      // A field of a parsed body is a field of the body.
      return join(
        alternatives(first()).map((text) => (text.type === 'source' ? text : derived('part', 'JSON.parse()', [text]))),
      );
    }
    case 'Object.keys':
    case 'Object.getOwnPropertyNames':
      return { type: 'array', exact: false, items: [() => keysOf(first())] };
    case 'Object.values':
      return entryValues(first());
    case 'Object.entries':
      return { type: 'array', exact: false, items: [() => derived('entry', 'an entry', [first()])] };
    case 'Object.assign':
      return mergeObjects(args);
    case 'Object.fromEntries':
      return derived('part', 'Object.fromEntries()', [ev.elementOf(first())]);
    case 'Array.from':
    case 'new Set':
    case 'new Array':
      return args.length === 0 ? undefined : setOf(ev, first());
    case 'new Map':
      return first().type === 'array' ? derived('part', 'a map', [ev.elementOf(first())]) : undefined;
    case 'new Error':
    case 'new TypeError':
    case 'new RangeError':
    case 'Error':
      return { type: 'shape', shape: 'js.Error', module: undefined, origin: undefined, evidence: 'proved' };
    case 'Math.random':
      return { type: 'source', kind: 'random', names: [name], evidence: 'proved' };
    case 'Date':
      return { type: 'source', kind: 'time', names: [name], evidence: 'proved' };
    case 'Promise.all':
    case 'Promise.allSettled':
      return first();
    case 'Math.min':
    case 'Math.max':
    case 'Math.floor':
    case 'Math.ceil':
    case 'Math.round':
    case 'Math.abs':
    case 'Math.trunc':
      return name === 'Math.min' && args.some((a) => a().type === 'literal')
        ? bounded('a capped number')
        : derived(
            'number',
            name,
            args.map((a) => a()),
          );
    default:
      return undefined;
  }
}

function setOf(ev: Evaluator, value: Value): Value {
  if (value.type === 'array') return value;
  if (value.type === 'bounded') return value;
  return { type: 'array', exact: false, items: [() => ev.elementOf(value)] };
}

/** Keys of an object value: known literals, or one of an unknown number. */
export function keysOf(value: Value): Value {
  if (value.type === 'object' && value.rest.length === 0)
    return bounded('the keys of a fixed object', value.props.size, [...value.props.keys()]);
  return derived('key', 'a key', [value]);
}

function mergeObjects(args: readonly Thunk[]): Value {
  const values = args.map((a) => a());
  const first = values[0];
  if (first?.type !== 'object') return join(values);
  const props = new Map(first.props);
  const rest = [...first.rest];
  for (const v of values.slice(1)) {
    if (v.type === 'object') {
      for (const [k, p] of v.props) props.set(k, p);
      rest.push(...v.rest);
    } else rest.push({ kind: 'spread', node: first.node, module: first.module, key: undefined, get: () => v });
  }
  return { ...first, props, rest };
}

const SAME = new Set([
  'toString',
  'toLowerCase',
  'toUpperCase',
  'toLocaleLowerCase',
  'toLocaleUpperCase',
  'trim',
  'trimStart',
  'trimEnd',
  'normalize',
  'valueOf',
  'toJSON',
  'unref',
  'flat',
  'reverse',
  'sort',
  'toSorted',
  'toReversed',
  'filter',
  'concat',
  'values',
  'catch',
  'finally',
  'as_str',
  'toISOString',
  'lean',
  'exec',
]);
const PARTS = new Set([
  'slice',
  'substring',
  'substr',
  'split',
  'replace',
  'replaceAll',
  'padStart',
  'padEnd',
  'match',
  'matchAll',
  'join',
  'repeat',
  'toFixed',
  'toPrecision',
  'charAt',
  'at',
  'entries',
]);
const BOOLEANS = new Set([
  'includes',
  'startsWith',
  'endsWith',
  'test',
  'has',
  'some',
  'every',
  'isArray',
  'hasOwnProperty',
  'equals',
  'isEmpty',
]);
const NUMBERS = new Set(['indexOf', 'findIndex', 'localeCompare', 'charCodeAt', 'getTime']);

/** Result of a method that strings, arrays, maps and promises have, by its name. */
export function builtinMethod(
  ev: Evaluator,
  object: Value,
  name: string,
  args: readonly Thunk[],
  call: TSESTree.CallExpression,
): Value | undefined {
  if (BOOLEANS.has(name)) return BOOLEAN;
  if (NUMBERS.has(name)) return derived('number', name, [object]);
  if (name === 'keys') return { type: 'array', exact: false, items: [() => keysOf(object)] };
  if (name === 'filter') {
    const fn = args[0]?.();
    const limited = fn?.type === 'function' ? callbackLimits(ev, fn) : undefined;
    if (limited) return { type: 'array', exact: false, items: [() => limited] };
  }
  if (
    object.type === 'unknown' &&
    object.why === 'global' &&
    !(/^[a-z]{2}/.test(object.names[0] ?? '') && PARTS.has(name))
  )
    return undefined;
  if (name === 'map' || name === 'flatMap') {
    const fn = args[0]?.();
    const builtin =
      fn?.type === 'unknown' && fn.why === 'global'
        ? builtinCall(ev, fn.names[0] ?? '', [(): Value => ev.elementOf(object)])
        : undefined;
    if (builtin) return { type: 'array', exact: false, items: [() => builtin] };
    const item =
      fn && ev.activeParams.length < 6
        ? apply(ev, fn, call, [(): Value => ev.elementOf(object)], undefined, undefined, undefined)
        : undefined;
    return { type: 'array', exact: false, items: [() => item ?? unknown([], 'call')] };
  }
  if (name === 'find' || name === 'pop' || name === 'shift' || name === 'findLast')
    return object.type === 'array' || object.type === 'unknown'
      ? join([ev.elementOf(object), literal(undefined)])
      : undefined;
  if (object.type === 'array' && (name === 'join' || name === 'toString'))
    return derived(
      'text',
      `${name}()`,
      object.items.slice(0, 20).map((i) => i()),
    );
  if (object.type === 'array' && name === 'entries')
    return {
      type: 'array',
      exact: false,
      items: [
        () => ({
          type: 'array',
          exact: true,
          items: [(): Value => derived('number', 'an index', []), (): Value => ev.elementOf(object)],
        }),
      ],
    };
  if (object.type === 'array' && (SAME.has(name) || name === 'slice')) return { ...object, exact: false };
  if (name === 'slice' || name === 'substring' || name === 'substr') {
    const kept = keptLength(name, call);
    if (
      kept !== undefined &&
      kept <= SHORT &&
      object.type !== 'literal' &&
      object.type !== 'array' &&
      !isPlural(object)
    )
      return derived('protected', `${name}()`, [object]);
  }
  // `Bearer …`: the first word of the header is the scheme.
  if (name === 'split' && object.type === 'source' && object.kind === 'http.header' && literalText(args[0]) === ' ')
    return {
      type: 'array',
      exact: true,
      items: [() => derived('protected', 'split()', [object]), () => splitPart(object, args)],
    };
  if (name === 'split') return { type: 'array', exact: false, items: [() => splitPart(object, args)] };
  if (name === 'at' && object.type === 'array') return ev.elementOf(object);
  if (name === 'get' && (object.type === 'derived' || object.type === 'source'))
    return memberValue(ev, object, literalText(args[0]), call, undefined);
  if (name === 'replace' || name === 'replaceAll')
    return masks(call, args) ? derived('protected', `${name}()`, [object]) : replaced(object, args, name);
  if (object.type === 'unknown' || object.type === 'external')
    return SAME.has(name) ? object : PARTS.has(name) ? derived('part', `${name}()`, [object]) : undefined;
  if (SAME.has(name)) return object;
  if (PARTS.has(name))
    return object.type === 'literal' ? bounded('a part of a constant', 1) : derived('part', `${name}()`, [object]);
  return undefined;
}

/** A few characters at the beginning or the end show which value it is and not what it is. */
const SHORT = 12;

/** The first elements of a list are elements. */
function isPlural(value: Value): boolean {
  return value.type === 'unknown' && /[^s]s$/.test(value.names.at(-1) ?? '');
}

/** Number of characters that `slice(0, 8)`, `slice(-4)` or `substr(0, 6)` leaves. */
function keptLength(name: string, call: TSESTree.CallExpression): number | undefined {
  const from = numberOf(call.arguments[0]);
  if (from === undefined) return undefined;
  if (call.arguments.length === 1) return name !== 'substring' && from < 0 ? -from : undefined;
  const to = numberOf(call.arguments[1]);
  if (to === undefined) return undefined;
  const kept = name === 'substr' ? to : to - from;
  return kept > 0 && (name === 'substr' || from < 0 === to < 0) ? kept : undefined;
}

function numberOf(node: TSESTree.CallExpressionArgument | undefined): number | undefined {
  if (node?.type === 'UnaryExpression' && node.operator === '-') {
    const positive = numberOf(node.argument);
    return positive === undefined ? undefined : -positive;
  }
  return node?.type === 'Literal' && typeof node.value === 'number' ? node.value : undefined;
}

/** `email.split('@')[1]` leaves the domain: no person's data any more, still many values. */
function splitPart(object: Value, args: readonly Thunk[]): Value {
  return derived(literalText(args[0]) === '@' ? 'protected' : 'part', 'split()', [object]);
}

/** Replacing whatever characters there are by a constant masks (`/./g`, `/(?<=.{2})./g`, `/\\d/g`); replacing one text keeps the rest. */
function masks(call: TSESTree.CallExpression, args: readonly Thunk[]): boolean {
  const pattern = patternOf(call.arguments[0]);
  if (!pattern || pattern.flags === '') return false;
  const by = literalText(args[1]);
  return (
    by !== undefined &&
    /[*•#█]|^[xX_-]+$|redact|mask|hidden|filtered|removed/i.test(by) &&
    /(?<!\\)(?:\.|\[\^|\[[a-z]-)|\\[wdS]/i.test(pattern.source)
  );
}

/** Source and flags of a regular expression argument; unknown flags count as some. */
function patternOf(
  node: TSESTree.CallExpressionArgument | undefined,
): { readonly source: string; readonly flags: string } | undefined {
  if (node?.type === 'Literal' && 'regex' in node) return { source: node.regex.pattern, flags: node.regex.flags };
  if (node?.type !== 'NewExpression' || node.callee.type !== 'Identifier' || node.callee.name !== 'RegExp')
    return undefined;
  const [source, flags] = node.arguments;
  if (source?.type !== 'Literal' || typeof source.value !== 'string') return undefined;
  return {
    source: source.value,
    flags: flags === undefined ? '' : flags.type === 'Literal' ? String(flags.value) : 'g',
  };
}

/** Replacing keeps most of the text. */
function replaced(object: Value, args: readonly Thunk[], name: string): Value {
  if (object.type === 'literal') return bounded('a part of a constant', 1);
  return derived('part', `${name}()`, [
    object,
    ...args
      .slice(1, 2)
      .map((a) => a())
      .filter((v) => v.type !== 'function' && v.type !== 'literal'),
  ]);
}

function literalText(thunk: Thunk | undefined): string | undefined {
  const v = thunk?.();
  return v?.type === 'literal' && typeof v.value === 'string' ? v.value : undefined;
}
