import {
  ENTITY_WORDS,
  FREE_TEXT_WORDS,
  ID_WORDS,
  STATIC_ID_WORDS,
  TENANT_WORDS,
} from '../knowledge/unbounded-names.ts';
import { valueKinds } from '../knowledge/value-kinds.ts';
import { membersOf, type Step, type Value } from './value.ts';
import { splitWords } from './words.ts';

/** How certain a verdict is: traced to its source, said by a type, or only suggested by names. */
export type Evidence = 'proved' | 'typed' | 'named';

/** How many values an expression can take, and why. */
export interface Bound {
  readonly bound: 'bounded' | 'unbounded' | 'unknown';
  /** Number of distinct values, where it is known. */
  readonly count?: number | undefined;
  /** The values themselves, where each is a constant. */
  readonly values?: readonly string[];
  /** In words: "the raw request path". */
  readonly why: string;
  readonly evidence: Evidence;
  /** Way from the expression to the source. */
  readonly step: Step | undefined;
}

const MAX_DEPTH = 14;
/** Values share parts, so that a judgement could visit them again and again: past this it is "unknown". */
const MAX_STEPS = 1500;
let steps = 0;

/** Judges a value for use as a label; `key` is the label's name. */
export function boundOf(value: Value, key?: string, depth = 0): Bound {
  const make = (bound: Bound['bound'], why: string, evidence: Evidence = 'proved', count?: number): Bound => ({
    bound,
    why,
    evidence,
    count,
    step: value.step,
  });
  if (depth === 0) steps = 0;
  if (depth > MAX_DEPTH || ++steps > MAX_STEPS) return make('unknown', 'too many alternatives');
  switch (value.type) {
    case 'literal':
      return value.value === undefined
        ? make('unknown', 'nothing')
        : { ...make('bounded', 'a constant', 'proved', 1), values: [String(value.value)] };
    case 'bounded':
      return make('bounded', value.why, value.evidence, value.count);
    case 'source': {
      const facts = valueKinds[value.kind];
      return make(facts.bound, facts.what, value.evidence, facts.count);
    }
    case 'join':
      return joinBounds(
        membersOf(value).map((m) => boundOf(m, key, depth + 1)),
        value.step,
        'sum',
      );
    case 'derived':
      return derivedBound(value, key, depth, make);
    case 'shape':
      return shapeBound(value.shape, make);
    case 'function':
    case 'class':
      return make('bounded', 'code', 'proved', 1);
    case 'unknown':
      return namedBound(value.names, value.aliases ?? [], key, make);
    case 'external':
      return make('unknown', `\`${value.path.slice(1).join('.')}\` of ${value.path[0] ?? 'a package'}`);
    case 'instance':
      return namedBound([], value.aliases ?? [], key, make);
    case 'object':
    case 'array':
      return make('unknown', 'an object');
  }
}

type Make = (bound: Bound['bound'], why: string, evidence?: Evidence, count?: number) => Bound;

function shapeBound(shape: string, make: Make): Bound {
  switch (shape) {
    case 'js.Error':
      return make('unbounded', 'the text of an error');
    case 'js.DateInstance':
      return make('unbounded', 'a point in time');
    case 'web.Url':
      return make('unbounded', 'the raw request URL');
    case 'url.Url':
      return make('unknown', 'a URL');
    default:
      return make('unknown', 'an object');
  }
}

function derivedBound(
  value: Extract<Value, { type: 'derived' }>,
  key: string | undefined,
  depth: number,
  make: Make,
): Bound {
  const parts = value.of.map((v) =>
    boundOf(v, value.how === 'text' || value.how === 'part' ? key : undefined, depth + 1),
  );
  const step = value.step;
  const withStep = (b: Bound): Bound => (step ? { ...b, step: mergeStep(step, b.step) } : b);
  switch (value.how) {
    case 'protected': {
      const worst = parts.find((p) => p.bound === 'unbounded');
      if (!worst)
        return parts.length > 0 && parts.every((p) => p.bound === 'bounded')
          ? joinBounds(parts, step, 'sum')
          : make('unknown', 'a protected value');
      return withStep({ ...worst, why: `a protected form of ${worst.why}, which keeps the number of values` });
    }
    case 'key':
    case 'entry': {
      const source = value.of[0];
      if (source?.type === 'object' && source.rest.length === 0)
        return make('bounded', 'the keys of a fixed object', 'proved', source.props.size);
      return parts[0]?.bound === 'unbounded'
        ? withStep({ ...parts[0], why: `a key of ${parts[0].why}` })
        : make('unknown', 'a key');
    }
    case 'number': {
      const worst = parts.find((p) => p.bound === 'unbounded');
      if (worst && worst.why !== 'the text of an error')
        return withStep({ ...worst, why: `a number computed from ${worst.why}` });
      return parts.length > 0 && parts.every((p) => p.bound === 'bounded')
        ? joinBounds(parts, step, 'product')
        : make('unknown', 'a number');
    }
    default:
      // Nobody formats a value of a fixed set to decimals.
      if (value.name === 'toFixed()' || value.name === 'toPrecision()') return make('unbounded', 'a measured number');
      return withStep(joinBounds(parts.length > 0 ? parts : [make('unknown', value.name)], step, 'product'));
  }
}

/** The outer trace followed by the inner one. */
export function mergeStep(outer: Step, inner: Step | undefined): Step {
  const steps: Step[] = [];
  for (let s: Step | undefined = outer; s && steps.length < 20; s = s.next) steps.push(s);
  let tail = inner;
  for (const s of steps.reverse()) tail = { text: s.text, module: s.module, node: s.node, next: tail };
  return tail ?? outer;
}

function joinBounds(bounds: readonly Bound[], step: Step | undefined, how: 'sum' | 'product'): Bound {
  const order = { proved: 0, typed: 1, named: 2 } as const;
  const unbounded = bounds
    .filter((b) => b.bound === 'unbounded')
    .sort((a, b) => order[a.evidence] - order[b.evidence])[0];
  if (unbounded)
    return { ...unbounded, step: step && unbounded.step !== step ? mergeStep(step, unbounded.step) : unbounded.step };
  const open = bounds.find((b) => b.bound === 'unknown');
  if (open) return { ...open, step: step ?? open.step };
  const counts = bounds.map((b) => b.count);
  const known = counts.every((c) => c !== undefined);
  const count = known
    ? counts.reduce<number>((a, c) => (how === 'sum' ? a + (c ?? 0) : a * (c ?? 1)), how === 'sum' ? 0 : 1)
    : undefined;
  const values = how === 'sum' || bounds.length === 1 ? bounds.map((b) => b.values) : [undefined];
  return {
    bound: 'bounded',
    count,
    ...(values.every((v) => v !== undefined) ? { values: [...new Set(values.flat())] } : {}),
    why: bounds.length === 1 ? (bounds[0]?.why ?? 'bounded') : `${bounds.length} bounded alternatives`,
    evidence: bounds.some((b) => b.evidence === 'typed') ? 'typed' : 'proved',
    step: step ?? bounds[0]?.step,
  };
}

/** Names alone: label and value are called after the same entity, and one of them says "id". */
function namedBound(names: readonly string[], aliases: readonly string[], key: string | undefined, make: Make): Bound {
  const own = names.join('.');
  if (key === undefined) return make('unknown', own === '' ? 'an unknown value' : `\`${own}\``, 'named');
  const label = referenceOf(splitWords(key));
  const candidates = [names.slice(-2).flatMap((n) => splitWords(n)), ...aliases.map((a) => splitWords(a))];
  for (const words of label ? candidates : []) {
    const value = referenceOf(words);
    if (value && label && value.entity === label.entity && (value.isId || label.isId || TENANT_WORDS.has(label.entity)))
      return make(
        'unbounded',
        `\`${own === '' ? (aliases[0] ?? key) : own}\`, which is called an identifier as the label is`,
        'named',
      );
  }
  // `workflow.graph.id`: the path names the entity, its last word says "id".
  const path = names.slice(-4, -1).flatMap((n) => splitWords(n));
  if (
    label?.isId &&
    ID_WORDS.has(splitWords(names.at(-1) ?? '').at(-1) ?? '') &&
    names.at(-1) !== 'key' &&
    path.includes(label.entity)
  )
    return make('unbounded', `\`${own}\`, which is called an identifier as the label is`, 'named');
  return make('unknown', own === '' ? 'an unknown value' : `\`${own}\``, 'named');
}

/** The entity that words refer to, and whether they say that it is its id: `['user', 'id']`, `['project']`. */
function referenceOf(words: readonly string[]): { readonly entity: string; readonly isId: boolean } | undefined {
  const last = words.at(-1);
  const before = words.at(-2);
  if (last === undefined) return undefined;
  if (FREE_TEXT_WORDS.has(last)) return { entity: last, isId: true };
  if (before !== undefined && ID_WORDS.has(last))
    return STATIC_ID_WORDS.has(before) || !ENTITY_WORDS.has(before) ? undefined : { entity: before, isId: true };
  return ENTITY_WORDS.has(last) && !ID_WORDS.has(last) && !STATIC_ID_WORDS.has(last)
    ? { entity: last, isId: false }
    : undefined;
}
