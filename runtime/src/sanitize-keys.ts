import type { SensitiveMatch } from '../../eslint-plugin/src/knowledge/sensitive-types.ts';
import { classifyAttributeKey, type Vocabulary } from '../../eslint-plugin/src/analysis/sensitivity.ts';
import type { Category, SanitizerSettings } from './sanitize-options.ts';

/**
 * What happens to the value under a key: searched, replaced, or taken apart by what it is known to be. `headers` and
 * `url` keep their harmless parts, `statement` keeps its shape.
 */
export type KeyAction = 'scan' | 'replace' | 'url' | 'headers' | 'statement';

/** The decision for one key at one place, and the decisions for the keys below it. */
export interface KeyNode {
  readonly action: KeyAction;
  readonly category: Category | undefined;
  /** The key as it may be written: an e-mail address as a key is no key. */
  readonly name: string;
  readonly path: string;
  readonly below: Map<string, KeyNode>;
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

/** Builds the rules; `cleanKey` searches a key that may itself hold data. */
export function makeKeyRules(settings: SanitizerSettings, cleanKey: (key: string) => string): KeyRules {
  const vocabulary: Vocabulary = {
    words: settings.denyKeys.filter((key) => !/[.*]/.test(key)),
    keys: settings.denyKeys,
    allowWords: settings.allowKeys.filter((key) => !/[.*]/.test(key)),
    allowKeys: settings.allowKeys,
  };
  const memo = new Map<string, SensitiveMatch | undefined>();
  let nodes = 0;

  const judge = (name: string): SensitiveMatch | undefined => {
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

  const make = (path: string, key: string): KeyNode => {
    const alone = judgeKey(key);
    // A strong word decides alone: what the linter forgives in code (`errors.password`) may still hold the value.
    const match = path === '' || alone?.strength === 'strong' ? alone : judge(path);
    return { action: actionOf(match), category: match?.category, name: cleanKey(key), path, below: new Map() };
  };

  const root: KeyNode = { action: 'scan', category: undefined, name: '', path: '', below: new Map() };
  return {
    root,
    category: (name) => judgeKey(name)?.category,
    match: judgeKey,
    action: (name) => actionOf(judgeKey(name)),
    below(parent, key) {
      const known = parent.below.get(key);
      if (known !== undefined) return known;
      const short = key.length > LONGEST_KEY ? key.slice(-LONGEST_KEY) : key;
      const made = make(parent.path === '' ? short : contextOf(`${parent.path}.${short}`), key);
      if (nodes >= MEMO_LIMIT) {
        nodes = 0;
        root.below.clear();
      }
      if (key.length <= LONGEST_KEY) {
        nodes++;
        parent.below.set(key, made);
      }
      return made;
    },
  };
}
