import { RULES_FOLDER } from './rules.ts';

/** The three files of a new rule by path relative to the root; `name` is in kebab case, without the plugin's prefix. */
export function ruleFiles(name: string): Map<string, string> {
  const exportName = exportNameOf(name);
  return new Map([
    [`${RULES_FOLDER}/${name}.ts`, ruleText(name, exportName)],
    [`eslint-plugin/test/rules/${name}.test.ts`, testText(name, exportName)],
    [`eslint-plugin/docs/rules/${name}.md`, PAGE],
  ]);
}

/** Name of the constant that holds a rule: `no-raw-sql` → `noRawSql`. */
export function exportNameOf(name: string): string {
  return name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

const ruleText = (
  name: string,
  exportName: string,
): string => `import { createRule, type Problem } from './create-rule.ts';

/**  */
export const ${exportName} = createRule<readonly [], 'problem'>({
  name: '${name}',
  meta: {
    type: 'problem',
    docs: { description: '', recommended: 'all' },
    messages: { problem: '' },
    schema: [],
    defaultOptions: [],
  },
  *check(facts): Iterable<Problem<'problem'>> {
    for (const write of facts.writes) yield { range: write.range, messageId: 'problem' };
  },
});
`;

const testText = (
  name: string,
  exportName: string,
): string => `import { ${exportName} } from '../../src/rules/${name}.ts';
import { testRule } from '../support/rule-test.ts';

testRule('${name}', ${exportName}, {
  valid: [],
  invalid: [],
});
`;

const PAGE = `## Why

## Examples

❌

\`\`\`ts
\`\`\`

✅

\`\`\`ts
\`\`\`

## When not to use it
`;
