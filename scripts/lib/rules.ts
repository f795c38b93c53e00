import { readdir } from 'node:fs/promises';
import { basename } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inRoot } from './paths.ts';

/** Folder of the rules, relative to the root; every file with a rule prefix is one rule. */
export const RULES_FOLDER = 'eslint-plugin/src/rules';

/** What a rule may be called: a verb of the naming convention, then kebab-case words. */
export const RULE_NAME = /^(?:no|prefer|require|valid)(?:-[a-z0-9]+)+$/;

/** The part of a rule's `meta` that documents show. */
interface RuleMeta {
  readonly docs?: { readonly description?: string; readonly recommended?: unknown };
  readonly fixable?: 'code' | 'whitespace';
  readonly hasSuggestions?: boolean;
  readonly deprecated?: unknown;
}

/** A rule as found in its file: `exportName` is the one export that holds it. */
export interface RuleEntry {
  readonly name: string;
  readonly exportName: string;
  readonly meta: RuleMeta;
}

/** Names of the rules in alphabetical order, from the files in the rules folder. */
async function ruleNames(): Promise<string[]> {
  const files = await readdir(inRoot(RULES_FOLDER));
  return files
    .filter((file) => file.endsWith('.ts'))
    .map((file) => basename(file, '.ts'))
    .filter((name) => RULE_NAME.test(name))
    .sort();
}

/** Loads every rule from its source file; throws when a file does not export exactly one rule. */
export async function loadRules(): Promise<RuleEntry[]> {
  const entries: RuleEntry[] = [];
  for (const name of await ruleNames()) {
    const file = `${RULES_FOLDER}/${name}.ts`;
    const module = (await import(pathToFileURL(inRoot(file)).href)) as Record<string, unknown>;
    const found = Object.entries(module).filter((entry): entry is [string, { meta: RuleMeta }] => isRule(entry[1]));
    const [only] = found;
    if (!only || found.length > 1) throw new Error(`${file} exports ${found.length} rules; it must export one.`);
    entries.push({ name, exportName: only[0], meta: only[1].meta });
  }
  return entries;
}

/** Description of a rule without a full stop; throws when it has none, because every table shows it. */
export function descriptionOf({ name, meta }: RuleEntry): string {
  const description = meta.docs?.description?.trim().replace(/\.$/, '');
  if (!description) throw new Error(`Rule ${name} has no meta.docs.description.`);
  return description;
}

function isRule(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'meta' in value && 'create' in value;
}
