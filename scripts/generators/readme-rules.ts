import { readFile } from 'node:fs/promises';
import { replaceBetween, table } from '../lib/markdown.ts';
import { inRoot } from '../lib/paths.ts';
import { descriptionOf, loadRules, type RuleEntry } from '../lib/rules.ts';

const BEGIN = '<!-- begin generated rules -->';
const END = '<!-- end generated rules -->';
const DOCS_FROM: ReadonlyMap<string, string> = new Map([
  ['README.md', 'eslint-plugin/docs/rules'],
  ['eslint-plugin/README.md', 'docs/rules'],
]);

/** The documents that show the table of rules. */
export const files = [...DOCS_FROM.keys()];

/** Puts the table of rules, computed from their `meta`, between the markers of both documents. */
export async function generate(): Promise<Map<string, string>> {
  const rules = await loadRules();
  const texts = new Map<string, string>();
  for (const [file, docs] of DOCS_FROM) {
    texts.set(file, replaceBetween(await readFile(inRoot(file), 'utf8'), BEGIN, END, rulesTable(rules, docs)));
  }
  return texts;
}

function rulesTable(rules: readonly RuleEntry[], docs: string): string {
  const rows = rules.map((rule) => [
    `[${rule.name}](${docs}/${rule.name}.md)`,
    descriptionOf(rule),
    rule.meta.docs?.recommended === 'recommended' ? '✅' : '',
    rule.meta.fixable ? '🔧' : '',
    rule.meta.hasSuggestions ? '💡' : '',
  ]);
  return `✅ in the preset \`recommended\`, 🔧 fixed by \`--fix\`, 💡 with suggestions in the editor\n\n${table(['Rule', 'Description', '✅', '🔧', '💡'], rows)}`;
}
