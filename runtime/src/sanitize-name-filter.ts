import { CLOSED_COMPOUNDS } from '../../eslint-plugin/src/knowledge/sensitive-grammar.ts';
import { KEY_GROUPS, KEY_RULES } from '../../eslint-plugin/src/knowledge/sensitive-keys.ts';
import { TERM_GROUPS } from '../../eslint-plugin/src/knowledge/sensitive-words.ts';
import { indexKeywords, LAST_THREE, standsAt } from './sanitize-keywords.ts';

/** Letters and digits of a name in lower case: what is left when the boundaries between words do not count. */
export function closedName(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}

/** Spellings of which one must stand in a name that the linter classifies; `entries` is found by `entr`. */
function spellings(): Set<string> {
  const all = [
    ...TERM_GROUPS.flatMap(({ terms }) => terms),
    ...KEY_RULES.flatMap(({ tails }) => tails),
    ...KEY_GROUPS.flatMap(({ keys }) => keys),
    ...Object.keys(CLOSED_COMPOUNDS),
  ].map(closedName);
  return new Set(all.map((word) => (word.length > 3 && word.endsWith('y') ? word.slice(0, -1) : word)));
}

let shared: ((name: string) => boolean) | undefined;

function build(): (name: string) => boolean {
  const texts = [...spellings()].filter((text) => text !== '');
  const { classes, groupOf, groups } = indexKeywords(texts);
  return (name) => {
    for (let at = 0, key = 0; at < name.length; at++) {
      key = ((key << 6) | (classes[name.charCodeAt(at)] ?? 0)) & LAST_THREE;
      for (const index of groups[groupOf[key] ?? 0] ?? []) {
        const text = texts[index] ?? '';
        if (standsAt(text, name, at + 1 - Math.min(3, text.length))) return true;
      }
    }
    return false;
  };
}

/**
 * False for names that the linter cannot classify, whatever stands around them: none of its terms is spelled in them.
 * Names come from clients too, and the full answer for a name costs a hundred times as much.
 */
export function mayBeSensitive(name: string): boolean {
  // `date of birth` is turned round, and other alphabets have letters of their own.
  if (/of|[^ -~]/i.test(name)) return true;
  shared ??= build();
  return shared(closedName(name));
}
