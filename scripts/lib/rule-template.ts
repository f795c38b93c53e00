import { RULES_FOLDER } from './rules.ts';

/** The three files of a new rule by path relative to the root; `name` is in kebab case, without the plugin's prefix. */
export function ruleFiles(name: string): Map<string, string> {
  const exportName = exportNameOf(name);
  return new Map([
    [`${RULES_FOLDER}/${name}.ts`, ruleText(exportName)],
    [`eslint-plugin/test/rules/${name}.test.ts`, testText(name, exportName)],
    [`eslint-plugin/docs/rules/${name}.md`, PAGE],
  ]);
}

/** Name of the constant that holds a rule: `no-raw-sql` → `noRawSql`. */
export function exportNameOf(name: string): string {
  return name.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

const ruleText = (exportName: string): string => `import type { Rule } from 'eslint';

/**  */
export const ${exportName}: Rule.RuleModule = {
  meta: {
    type: 'problem',
    docs: { description: '' },
    schema: [],
    messages: {},
  },
  create() {
    return {};
  },
};
`;

const testText = (name: string, exportName: string): string => `import { RuleTester } from 'eslint';
import { describe, it } from 'vitest';
import { ${exportName} } from '../../src/rules/${name}.ts';

RuleTester.describe = describe;
RuleTester.it = it;

new RuleTester().run('${name}', ${exportName}, {
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
