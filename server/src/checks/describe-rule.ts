import { rules } from '../../../eslint-plugin/src/rules/index.ts';
import { checkInfos } from './catalog.ts';

const CHECK_DOCS = 'https://github.com/telint/telint/blob/main/server/docs/checks';

/** Description and document of a rule or check (`telint/require-span-end`). */
export function describeRule(id: string): { readonly description: string; readonly url: string } {
  const name = id.replace(/^telint\//, '');
  const check = checkInfos[name];
  if (check) return { description: check.description, url: `${CHECK_DOCS}/${name}.md` };
  const docs = name in rules ? rules[name as keyof typeof rules].meta.docs : undefined;
  return { description: docs?.description ?? name, url: docs?.url ?? 'https://github.com/telint/telint' };
}
