/** All generated files of this folder: path relative to it → text. */
import { stringify } from 'yaml';
import { ruleFiles, ruleTestFiles, runbooks } from './rules.ts';

const HEADER = '# Written by npm run generate from dashboards/src: change it there.\n';

const yaml = (content: object): string => HEADER + stringify(content, { lineWidth: 0, aliasDuplicateObjects: false });

/** Builds everything. */
export function generateAll(): Map<string, string> {
  const files = new Map<string, string>();
  for (const [name, content] of ruleFiles()) files.set(`prometheus/rules/${name}`, yaml(content));
  for (const [name, content] of ruleTestFiles()) files.set(`prometheus/tests/${name}`, yaml(content));
  files.set('runbooks.md', runbooks());
  return files;
}
