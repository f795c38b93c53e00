import type { SensitiveMatch } from '../../eslint-plugin/src/knowledge/sensitive-types.ts';
import { classifyAttributeKey, type Vocabulary } from '../../eslint-plugin/src/analysis/sensitivity.ts';
import { closedName, mayBeSensitive } from './sanitize-name-filter.ts';
import type { Category, SanitizerSettings } from './sanitize-options.ts';
import {
  addShape,
  isRoomAfter,
  knownShape,
  looseShape,
  LONGEST_CLEAN,
  type Shape,
  type Shapes,
} from './sanitize-shapes.ts';

/**
 * What happens to the value under a key: searched, replaced, or taken apart by what it is known to be. `headers` and
 * `url` keep their harmless parts, `statement` keeps its shape. `suspect` replaces what looks like a secret.
 */
export type KeyAction = 'scan' | 'replace' | 'suspect' | 'url' | 'headers' | 'statement';

/** The decision for one key at one place, and the decisions for the keys below it. */
export interface KeyNode {
  readonly action: KeyAction;
  readonly category: Category | undefined;
  /** The key as it may be written: an e-mail address as a key is no key. */
  readonly name: string;
  /** The key itself. */
  readonly key: string;
  /** The value is only searched, and the key written as it is: the case of most fields. */
  readonly isOnlySearched: boolean;
  readonly path: string;
  readonly below: Map<string, KeyNode>;
  /** The shapes of the objects at this place, `undefined` before the first. */
  shapes: Shapes | undefined;
  /** Texts under this key that needed no change, or `undefined` where they hardly ever come again. */
  clean: Set<string> | undefined;
  /** The one of them that came last. */
  lastClean: string;
  hits: number;
  misses: number;
}

/** Decides about keys with a bounded memory. */
export interface KeyRules {
  /** The answer of the linter for a key, unless its category is off. */
  category(name: string): Category | undefined;
  /** The answer of the linter with the word that decided. */
  match(name: string): SensitiveMatch | undefined;
  /** What happens to a value under this key alone. */
  action(name: string): KeyAction;
  /** The decision for a key of an object; the names of the objects around it give context (`user.name`). */
  below(parent: KeyNode, key: string): KeyNode;
  /** The shape of an object at the place of `parent` after one more key. */
  follow(parent: KeyNode, shapes: Shapes, shape: Shape, key: string): Shape;
  readonly root: KeyNode;
}

/** Decisions that are remembered; hostile keys start the memory anew instead of filling it. */
const MEMO_LIMIT = 10_000;
/** Names of objects that give context; the linter looks at two that say something. */
const CONTEXT_NAMES = 4;
/** Longer keys are data: searched like a text, judged by their end. */
const LONGEST_KEY = 128;

const ACTIONS: Partial<Record<Category, KeyAction>> = { url: 'url', headers: 'headers', message: 'scan' };

function actionOf(match: SensitiveMatch | undefined): KeyAction {
  if (match === undefined) return 'scan';
  // Statements are of medium severity, the values bound to them of high.
  if (match.category === 'query') return match.severity === 'medium' ? 'statement' : 'replace';
  return ACTIONS[match.category] ?? 'replace';
}

function contextOf(path: string): string {
  let at = path.length;
  for (let names = 0; names < CONTEXT_NAMES; names++) {
    at = path.lastIndexOf('.', at - 1);
    if (at <= 0) return path;
  }
  return path.slice(at + 1);
}

function makeNode(
  key: string,
  match: SensitiveMatch | undefined,
  path: string,
  cleanKey: (key: string) => string,
  isSuspect = false,
): KeyNode {
  const action = isSuspect ? 'suspect' : actionOf(match);
  const name = cleanKey(key);
  return {
    action,
    category: match?.category,
    name,
    key,
    // The name beside it decides about a `value`.
    isOnlySearched: action === 'scan' && name === key && key !== 'value',
    path,
    below: new Map(),
    shapes: undefined,
    clean: undefined,
    lastClean: '',
    hits: 0,
    misses: 0,
  };
}

/** Builds the rules; `cleanKey` searches a key that may itself hold data. */
export function makeKeyRules(settings: SanitizerSettings, cleanKey: (key: string) => string): KeyRules {
  const vocabulary: Vocabulary = {
    words: settings.denyKeys.filter((key) => !/[.*]/.test(key)),
    keys: settings.denyKeys,
    allowWords: settings.allowKeys.filter((key) => !/[.*]/.test(key)),
    allowKeys: settings.allowKeys,
  };
  const memo = new Map<string, SensitiveMatch | undefined>();
  let remembered = 0;

  const ownWords = settings.denyKeys.map(closedName);
  const isAllowed = (path: string): boolean =>
    settings.allowKeys.some((key) =>
      key.endsWith('*') ? path.toLowerCase().startsWith(key.slice(0, -1).toLowerCase()) : path === key,
    );

  const judge = (name: string): SensitiveMatch | undefined => {
    if (!mayBeSensitive(name) && !ownWords.some((word) => closedName(name).includes(word))) return undefined;
    const match = classifyAttributeKey(name, vocabulary);
    return match !== undefined && settings.isOn(match.category) ? match : undefined;
  };

  const judgeKey = (name: string): SensitiveMatch | undefined => {
    const key = name.length > LONGEST_KEY ? name.slice(-LONGEST_KEY) : name;
    const known = memo.get(key);
    if (known !== undefined || memo.has(key)) return known;
    if (memo.size >= MEMO_LIMIT) memo.clear();
    const match = judge(key);
    memo.set(key, match);
    return match;
  };

  /** `list.token` and `page.token` point into a list, to the linter; an object `list` may as well hold a secret token. */
  const isSuspect = (path: string): boolean => {
    const name = path.slice(path.search(/[^.:/]*$/));
    return name !== path && !isAllowed(path) && judgeKey(name)?.category === 'credential';
  };

  const make = (path: string, key: string): KeyNode => {
    const alone = judgeKey(key);
    // A strong word decides alone: what the linter forgives in code (`errors.password`) may still hold the value.
    const match = alone?.strength === 'strong' && !isAllowed(path) ? alone : judge(path);
    return makeNode(key, match, path, cleanKey, match === undefined && isSuspect(path));
  };

  const root = makeNode('', undefined, '', (key) => key);
  /** Counts what is remembered, and forgets all of it when it is too much. */
  const remember = (): void => {
    if (++remembered <= MEMO_LIMIT) return;
    remembered = 1;
    root.below.clear();
    root.shapes = undefined;
  };

  const below = (parent: KeyNode, key: string): KeyNode => {
    const known = parent.below.get(key);
    if (known !== undefined) return known;
    const short = key.length > LONGEST_KEY ? key.slice(-LONGEST_KEY) : key;
    const made = make(parent.path === '' ? short : contextOf(`${parent.path}.${short}`), key);
    if (key.length > LONGEST_KEY) return made;
    remember();
    parent.below.set(key, made);
    return made;
  };

  return {
    root,
    category: (name) => judgeKey(name)?.category,
    match: judgeKey,
    action: (name) => actionOf(judgeKey(name)),
    below,
    follow(parent, shapes, shape, key) {
      const known = knownShape(shape, key);
      if (known !== undefined) return known;
      const node = below(parent, key);
      if (key.length > LONGEST_KEY || !isRoomAfter(shapes, shape)) return looseShape(shapes, node);
      remember();
      return addShape(shapes, shape, key, node);
    },
  };
}

/** Texts that are remembered as clean: so many for one key, so long, and how often that is put to the test. */
const CLEAN_TEXTS = 8;
const MOST_MISSES = 64;

/** True for a text that needed no change under this key before. */
export function isKnownClean(node: KeyNode, text: string): boolean {
  if (node.lastClean === text) return true;
  if (node.clean?.has(text) !== true) return false;
  node.lastClean = text;
  node.hits++;
  return true;
}

/** Remembers a text that needed no change, unless texts under this key hardly ever come again. */
export function markClean(node: KeyNode, text: string): void {
  if (node.misses >= MOST_MISSES || text.length > LONGEST_CLEAN) return;
  node.clean ??= new Set();
  if (node.clean.size < CLEAN_TEXTS) {
    node.clean.add(text);
    return;
  }
  if (++node.misses < MOST_MISSES) return;
  if (node.hits > MOST_MISSES) node.misses = 0;
  node.hits = 0;
  node.clean = undefined;
}
