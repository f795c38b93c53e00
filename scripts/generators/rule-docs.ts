import { readdir, readFile } from 'node:fs/promises';
import { inRoot } from '../lib/paths.ts';
import { descriptionOf, loadRules, type RuleEntry } from '../lib/rules.ts';

const FOLDER = 'eslint-plugin/docs/rules';
const END = '<!-- end generated header -->';

/** The head of each rule's page: title, description, presets, fixes. */
export const files = [`${FOLDER}/*.md`];

/** Rewrites the head of every page and leaves the rest; throws for a rule without a page and a page without a rule. */
export async function generate(): Promise<Map<string, string>> {
  const rules = await loadRules();
  const pages = new Set((await readdir(inRoot(FOLDER))).filter((file) => file.endsWith('.md')));
  const texts = new Map<string, string>();
  for (const rule of rules) {
    const page = `${rule.name}.md`;
    if (!pages.delete(page)) throw new Error(`Rule ${rule.name} has no page ${FOLDER}/${page}.`);
    const body = bodyOf(await readFile(inRoot(`${FOLDER}/${page}`), 'utf8'));
    texts.set(`${FOLDER}/${page}`, `${headOf(rule)}\n\n${END}\n\n${body}`);
  }
  const [orphan] = pages;
  if (orphan) throw new Error(`${FOLDER}/${orphan} describes a rule that does not exist.`);
  return texts;
}

function headOf(rule: RuleEntry): string {
  const { docs, fixable, hasSuggestions, deprecated } = rule.meta;
  const notes = [
    deprecated ? '❌ Deprecated.' : undefined,
    docs?.recommended === 'recommended'
      ? '✅ In the preset `recommended`.'
      : docs?.recommended === 'strict'
        ? 'In the preset `strict`.'
        : undefined,
    fixable ? '🔧 Fixed by `--fix`.' : undefined,
    hasSuggestions ? '💡 Offers suggestions in the editor.' : undefined,
  ].filter((note) => note !== undefined);
  return [`# telint/${rule.name}`, `${capitalized(descriptionOf(rule))}.`, ...notes].join('\n\n');
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What people wrote: all below the marker, or, in a page that never had a head, all below its title. */
function bodyOf(page: string): string {
  const end = page.indexOf(END);
  return (end >= 0 ? page.slice(end + END.length) : page.replace(/^\s*# .*\n/, '')).trimStart();
}
