import { valueKinds } from '../knowledge/value-kinds.ts';
import type { Evidence } from './judge-bound.ts';
import { mergeStep } from './judge-bound.ts';
import {
  classifyAttributeKey,
  classifyLiteral,
  classifyPath,
  isPersonWord,
  saysProtected,
  type SensitiveMatch,
  type Vocabulary,
} from './sensitivity.ts';
import type { Settings } from './settings.ts';
import type { Step, Value } from './value.ts';
import { splitWords } from './words.ts';

/** A value that carries personal data or a secret. */
export interface Sensitive {
  readonly match: SensitiveMatch;
  /** In words: "the client IP address", "`user.email`". */
  readonly what: string;
  readonly evidence: Evidence;
  readonly step: Step | undefined;
}

const MAX_DEPTH = 10;
/** Values share parts, so that a judgement could visit them again and again. */
const MAX_STEPS = 1500;
let steps = 0;
const vocabularies = new WeakMap<Settings, Vocabulary>();

/** Vocabulary of the settings. */
export function vocabularyOf(settings: Settings): Vocabulary {
  let v = vocabularies.get(settings);
  if (!v) {
    v = {
      words: settings.sensitiveWords,
      keys: settings.sensitiveKeys,
      allowWords: settings.allowWords,
      allowKeys: settings.allowKeys,
    };
    vocabularies.set(settings, v);
  }
  return v;
}

/** Where a value is written; logs take fewer kinds of values as sensitive. */
export type SinkKind = 'span' | 'log' | 'baggage' | 'label' | 'tracker';

/** What about a value is personal data or a secret; `serialised`: it was turned into text as a whole. */
export function sensitiveOf(
  value: Value,
  sink: SinkKind,
  settings: Settings,
  depth = 0,
  serialised = false,
): Sensitive | undefined {
  if (depth === 0) steps = 0;
  if (depth > MAX_DEPTH || ++steps > MAX_STEPS || value.aliases?.some(saysProtected)) return undefined;
  const again = (v: Value, s = serialised): Sensitive | undefined => sensitiveOf(v, sink, settings, depth + 1, s);
  const named = (path: readonly string[], extra: Partial<Sensitive> = {}): Sensitive | undefined =>
    byName(path, value, sink, settings, extra);
  switch (value.type) {
    case 'literal': {
      const match =
        typeof value.value === 'string' && value.value.length < 4096 ? classifyLiteral(value.value) : undefined;
      return match
        ? { match, what: `a constant that looks like ${match.word}`, evidence: 'proved', step: value.step }
        : undefined;
    }
    case 'source': {
      const facts = valueKinds[value.kind];
      if (facts.sensitive && !(sink === 'log' && isQuiet(value))) {
        return {
          match: { category: facts.sensitive, severity: 'high', word: value.kind, strength: 'strong' },
          what: facts.what,
          evidence: value.evidence,
          step: value.step,
        };
      }
      if (value.kind === 'http.header') return headerMatch(value.names, value, sink, settings);
      if (value.kind === 'config' || value.kind === 'size' || facts.bound === 'bounded')
        return value.kind === 'config' ? secretConfig(value, settings) : undefined;
      return named(value.names);
    }
    case 'join': {
      for (const m of value.members) {
        const found = again(m);
        if (found) return value.step ? { ...found, step: mergeStep(value.step, found.step) } : found;
      }
      return undefined;
    }
    case 'derived': {
      if (value.how === 'protected' || value.how === 'number' || value.how === 'key') return undefined;
      const whole = serialised || value.name === 'JSON.stringify()';
      for (const part of value.of) {
        const found = again(part, whole);
        if (found && !isPartOf(value, found))
          return value.step ? { ...found, step: mergeStep(value.step, found.step) } : found;
      }
      return undefined;
    }
    case 'object': {
      for (const [name, prop] of value.props) {
        const inner = prop.get();
        const found = again(inner) ?? (canHold(inner) ? keyed(name, inner, sink, settings) : undefined);
        if (found) return found;
      }
      for (const r of value.rest) {
        const found = again(r.get());
        if (found) return found;
      }
      return undefined;
    }
    case 'array':
      for (const item of value.items.slice(0, 20)) {
        const found = again(item());
        if (found) return found;
      }
      return undefined;
    case 'shape':
      return shapeMatch(value, sink);
    case 'unknown':
      return value.why === 'budget'
        ? undefined
        : (named(value.names) ??
            (value.given ? named(value.given) : undefined) ??
            aliasMatch(value, sink, settings) ??
            (serialised ? wholeObject(value, sink) : undefined));
    case 'external':
      return named(value.path.slice(1));
    default:
      return undefined;
  }
}

/** Request URLs are what access logs are for. */
const QUIET_IN_LOGS = new Set(['url', 'query', 'message', 'online', 'device', 'content']);

/** Sources that logs may show: access logs name URLs, a validated input is judged by its fields, answers come from other servers. */
function isQuiet({ kind, names }: Extract<Value, { type: 'source' }>): boolean {
  return (
    QUIET_IN_LOGS.has(valueKinds[kind].sensitive ?? '') ||
    kind === 'http.response.headers' ||
    kind === 'process.argv' ||
    (kind === 'http.body' && names.at(-1) === 'input')
  );
}

/** The path or origin cut out of a URL carries no query string, one argument of the command line is not the whole of it. */
function isPartOf(value: Extract<Value, { type: 'derived' }>, found: Sensitive): boolean {
  if (found.match.word === 'process.argv') return true;
  return (
    value.how === 'part' &&
    (found.match.category === 'url' || found.match.category === 'query') &&
    value.name === 'split()'
  );
}

function byName(
  path: readonly string[],
  value: Value,
  sink: SinkKind,
  settings: Settings,
  extra: Partial<Sensitive>,
): Sensitive | undefined {
  if (path.length === 0 || isCharacter(path) || (sink === 'log' && path[0] === 'document')) return undefined;
  const match = classifyPath(path, vocabularyOf(settings));
  if (!match || !counts(match, sink, settings)) return undefined;
  // Repositories, generators and types have full names too.
  if (sink === 'log' && match.word === 'full name' && !path.some((name) => splitWords(name).some(isPersonWord)))
    return undefined;
  if (match.strength === 'weak' && value.type === 'unknown' && value.why === 'call' && VAGUE.has(match.category))
    return undefined;
  return { match, what: `\`${path.slice(-3).join('.')}\``, evidence: 'named', step: value.step, ...extra };
}

/** `token[0]` is one character; `users[0]` is an element. */
function isCharacter(path: readonly string[]): boolean {
  const [owner = '', last = ''] = path.slice(-2);
  return /^\d+$/.test(last) && !/(?:s|List|Array)$/.test(owner);
}

/** Categories that the name of a function does not prove: `c.req.header(name)` is one header. */
const VAGUE = new Set(['headers', 'query', 'url', 'body', 'online', 'device', 'message', 'content']);

/** A local name may say more than the source: `const email = input.value`. */
function aliasMatch(
  value: Extract<Value, { type: 'unknown' }>,
  sink: SinkKind,
  settings: Settings,
): Sensitive | undefined {
  for (const alias of value.aliases ?? []) {
    const found = byName([alias], value, sink, settings, {});
    if (found?.match.strength === 'strong') return found;
  }
  return undefined;
}

/** Does a category count for a sink under these settings? */
export function counts(match: SensitiveMatch, sink: SinkKind, settings: Settings): boolean {
  // An id is what a log should have in place of the data; ids that a law names are data themselves.
  if (match.category === 'identifier') return settings.personIds && (sink !== 'log' || match.severity === 'high');
  if (match.category === 'message') return false;
  // The address of a recipient is a wallet, a mailbox or a host as often as a place.
  if (sink === 'log' && match.category === 'location' && /^(?:address|location|position)$/.test(match.word))
    return false;
  // By name alone: what another server answered is no request body, and messages are what logs are about.
  if (
    sink === 'log' &&
    (QUIET_IN_LOGS.has(match.category) || match.category === 'headers' || match.category === 'body')
  )
    return match.severity === 'critical';
  return true;
}

function secretConfig(value: Extract<Value, { type: 'source' }>, settings: Settings): Sensitive | undefined {
  // `…_FILE` and this one name a file with the secret in it.
  if (/_(?:FILE|PATH)$|^GOOGLE_APPLICATION_CREDENTIALS$/.test(value.names.at(-1) ?? '')) return undefined;
  const match = classifyPath(value.names, vocabularyOf(settings));
  return match?.category === 'credential' && match.strength === 'strong'
    ? { match, what: `\`${value.names.join('.')}\``, evidence: 'proved', step: value.step }
    : undefined;
}

function headerMatch(
  names: readonly string[],
  value: Value,
  sink: SinkKind,
  settings: Settings,
): Sensitive | undefined {
  const header = (names.at(-1) ?? '').toLowerCase();
  if (header === '[]')
    return {
      match: { category: 'headers', severity: 'high', word: 'headers', strength: 'strong' },
      what: 'every header',
      evidence: 'proved',
      step: value.step,
    };
  const match = classifyAttributeKey(`http.request.header.${header}`, vocabularyOf(settings));
  if (header === 'www-authenticate' || header === 'proxy-authenticate') return undefined;
  const own =
    match && match.category !== 'headers'
      ? match
      : (classifyPath([header], vocabularyOf(settings)) ?? HEADER_WORDS[header]);
  return own && counts(own, sink, settings)
    ? { match: own, what: `the header \`${header}\``, evidence: 'proved', step: value.step }
    : undefined;
}

const HEADER_WORDS: Readonly<Record<string, SensitiveMatch>> = {
  authorization: { category: 'credential', severity: 'critical', word: 'authorization', strength: 'strong' },
  cookie: { category: 'credential', severity: 'critical', word: 'cookie', strength: 'strong' },
  'set-cookie': { category: 'credential', severity: 'critical', word: 'set-cookie', strength: 'strong' },
  'x-api-key': { category: 'credential', severity: 'critical', word: 'x-api-key', strength: 'strong' },
  'x-forwarded-for': { category: 'online', severity: 'medium', word: 'x-forwarded-for', strength: 'strong' },
  'x-real-ip': { category: 'online', severity: 'medium', word: 'x-real-ip', strength: 'strong' },
  forwarded: { category: 'online', severity: 'medium', word: 'forwarded', strength: 'strong' },
  'cf-connecting-ip': { category: 'online', severity: 'medium', word: 'cf-connecting-ip', strength: 'strong' },
  referer: { category: 'url', severity: 'medium', word: 'referer', strength: 'strong' },
};

function shapeMatch(value: Extract<Value, { type: 'shape' }>, sink: SinkKind): Sensitive | undefined {
  const whole = WHOLE_SHAPES[value.shape];
  if (!whole || (sink === 'log' && (value.evidence === 'named' || value.shape === 'fetch.ResponseHeaders')))
    return undefined;
  return {
    match: { category: whole.category, severity: 'high', word: whole.what, strength: 'strong' },
    what: whole.what,
    evidence: value.evidence,
    step: value.step,
  };
}

const WHOLE_SHAPES: Readonly<Record<string, { readonly category: SensitiveMatch['category']; readonly what: string }>> =
  {
    'fetch.Headers': { category: 'headers', what: 'the request headers' },
    'fetch.ResponseHeaders': { category: 'headers', what: 'the response headers' },
    'web.Request': { category: 'headers', what: 'the whole request object' },
    'web.Url': { category: 'url', what: 'the raw request URL' },
    'node.Env': { category: 'credential', what: 'the whole process environment' },
  };

/** A property called like a secret, whose value says nothing else. */
function keyed(name: string, value: Value, sink: SinkKind, settings: Settings): Sensitive | undefined {
  if (value.type !== 'unknown' && value.type !== 'external') return undefined;
  const match = classifyPath([name], vocabularyOf(settings));
  return match?.strength === 'strong' && counts(match, sink, settings)
    ? { match, what: `\`${name}\``, evidence: 'named', step: value.step }
    : undefined;
}

/** Can the value hold text at all? Booleans, counts, constants and protected values cannot leak. */
export function canHold(value: Value, depth = 0): boolean {
  if (depth > MAX_DEPTH) return true;
  switch (value.type) {
    case 'literal':
    case 'bounded':
    case 'function':
    case 'class':
      return false;
    case 'join':
      return value.members.some((m) => canHold(m, depth + 1));
    case 'object':
      return (
        value.rest.length > 0 ||
        value.props.size === 0 ||
        [...value.props.values()].some((p) => holdsOrMakes(p.get(), depth + 1))
      );
    case 'array':
      return value.items.slice(0, 20).some((item) => holdsOrMakes(item(), depth + 1));
    case 'derived':
      return value.how === 'protected' || value.how === 'number' || value.how === 'key'
        ? false
        : value.of.some((part) => canHold(part, depth + 1));
    case 'source':
      return (
        valueKinds[value.kind].bound !== 'bounded' &&
        value.kind !== 'size' &&
        value.kind !== 'duration' &&
        value.kind !== 'time'
      );
    default:
      return true;
  }
}

/** A function inside an object may be asked for its result later. */
function holdsOrMakes(value: Value, depth: number): boolean {
  return value.type === 'function' || canHold(value, depth);
}

/** Names of objects that carry what users sent or got. */
const CONTENT_WORDS = new Set([
  'args',
  'arguments',
  'arg',
  'result',
  'results',
  'data',
  'parts',
  'part',
  'messages',
  'message',
  'body',
  'payload',
  'response',
  'request',
  'params',
  'variables',
  'input',
  'inputs',
  'output',
  'outputs',
  'content',
  'record',
  'row',
  'rows',
  'values',
  'form',
]);

/** An object turned into text as a whole: a person, or what users sent or got. */
function wholeObject(value: Extract<Value, { type: 'unknown' }>, sink: SinkKind): Sensitive | undefined {
  for (const name of [value.names.at(-1), ...(value.aliases ?? [])]) {
    const word = name === undefined ? undefined : splitWords(name).at(-1);
    if (word === undefined) continue;
    // Lists and results of calls are as often ids as persons; a span is not the place for either.
    if (sink === 'log' && (value.why === 'call' || word.endsWith('s'))) continue;
    const category = isPersonWord(word) ? 'name' : CONTENT_WORDS.has(word) ? 'content' : undefined;
    if (category && !(category === 'content' && sink === 'log'))
      return {
        match: { category, severity: 'high', word, strength: 'weak' },
        what: `the whole \`${name ?? ''}\` object`,
        evidence: 'named',
        step: value.step,
      };
  }
  return undefined;
}
