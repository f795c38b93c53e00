/**
 * Starts a rule: `npm run new-rule no-such-thing` writes the rule, its test and its page, with the names filled in.
 * What is left empty fails until it is written: a rule without description, a test without cases.
 */
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { inRoot } from './lib/paths.ts';
import { RULE_NAME } from './lib/rules.ts';
import { ruleFiles } from './lib/rule-template.ts';

const [name, ...rest] = process.argv.slice(2);
if (name === undefined || rest.length > 0 || !RULE_NAME.test(name)) {
  console.error(
    'Usage: npm run new-rule <name>, where the name is no-…, prefer-…, require-… or valid-… in kebab case.',
  );
  process.exit(2);
}

const files = ruleFiles(name);
const existing = [...files.keys()].filter((file) => existsSync(inRoot(file)));
if (existing.length > 0) {
  console.error(`Nothing written, because there is already: ${existing.join(', ')}`);
  process.exit(1);
}

for (const [file, text] of files) {
  await mkdir(dirname(inRoot(file)), { recursive: true });
  await writeFile(inRoot(file), text);
  console.log(`✔ wrote ${file}`);
}
console.log('Next: fill in the description, the cases and the page, then npm run generate.');
