/**
 * Writes the test strings of gitleaks as data for the tests of the sanitizer:
 * `node scripts/gitleaks-cases.ts <git directory of gitleaks/gitleaks>`. Secrets that gitleaks draws at random stay
 * expressions in `⟦…⟧`, and `‸` is put into longer words, so that no scanner takes the file for a leak.
 */
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { goRegexToBoundedJs } from './lib/go-regex.ts';
import { runGoStrings, type GoCalls, type GoValue } from './lib/go-strings.ts';
import { inRoot } from './lib/paths.ts';

const FILE = 'runtime/test/data/gitleaks-cases.json';
const RULES = 'cmd/generate/config/rules';

const [gitDirectory] = process.argv.slice(2);
if (gitDirectory === undefined) throw new Error('Give the git directory of a clone of gitleaks/gitleaks.');
const git = (...args: string[]): string =>
  execFileSync('git', [`--git-dir=${gitDirectory}`, ...args], { encoding: 'utf8', maxBuffer: 2 ** 26 });

const text = (value: GoValue): string | undefined => (typeof value === 'string' ? value : undefined);
const drawn = (alphabet: string) => (args: readonly GoValue[]) => `${alphabet}{${text(args[0]) ?? ''}}`;
const sample = ([name, secret]: readonly GoValue[]): GoValue =>
  typeof name === 'string' && typeof secret === 'string' ? { sample: name, secret } : undefined;

const CALLS: GoCalls = {
  'utils.Numeric': drawn('[0-9]'),
  'utils.Hex': drawn('[a-f0-9]'),
  'utils.AlphaNumeric': drawn('[a-z0-9]'),
  'utils.AlphaNumericExtendedShort': drawn('[a-z0-9_-]'),
  'utils.AlphaNumericExtended': drawn('[a-z0-9=_-]'),
  'utils.AlphaNumericExtendedLong': drawn('[a-z0-9/=_+-]'),
  'utils.Hex8_4_4_4_12': () => '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}',
  'secrets.NewSecret': ([pattern]) => (typeof pattern === 'string' ? `⟦${pattern}⟧` : undefined),
  'fmt.Sprintf': ([format, ...args]) => {
    let at = 0;
    if (args.some((arg) => typeof arg !== 'string')) return undefined;
    return text(format)?.replaceAll('%s', () => text(args[at++]) ?? '');
  },
  'strings.ToUpper': ([value]) => (typeof value === 'string' && !value.includes('⟦') ? value.toUpperCase() : undefined),
  'strings.ToLower': ([value]) => (typeof value === 'string' && !value.includes('⟦') ? value.toLowerCase() : undefined),
  'utils.GenerateSampleSecret': ([name, secret]) =>
    typeof name === 'string' && typeof secret === 'string' ? `${name}_api_token = "${secret}"` : undefined,
  'utils.GenerateSampleSecrets': sample,
};

/** Breaks longer words with a mark that the tests take out again. */
function broken(value: string): string {
  return value.replaceAll(/⟦[^⟧]*⟧|[\w-]{8,}/g, (word) =>
    word.startsWith('⟦') ? word : word.replaceAll(/(.{3})(?=.{3})/g, '$1‸'),
  );
}

interface Case {
  readonly id: string;
  readonly pattern: string;
  readonly samples: readonly (readonly [name: string, secret: string])[];
  readonly positives: readonly string[];
  readonly negatives: readonly string[];
}

const unknown: string[] = [];

function strings(id: string, values: GoValue): string[] {
  return [values].flat(2).flatMap((value) => {
    if (typeof value === 'string') return [broken(value)];
    if (value === undefined) unknown.push(id);
    return [];
  });
}

function samplesOf(values: GoValue): [string, string][] {
  return [values]
    .flat(2)
    .flatMap((value): [string, string][] =>
      typeof value === 'object' && 'sample' in value ? [[broken(value.sample), broken(value.secret)]] : [],
    );
}

const toml = git('show', 'HEAD:config/gitleaks.toml');
const patterns = new Map(
  toml
    .split('[[rules]]\n')
    .slice(1)
    .map((block) => [
      /^id = "(.*)"$/m.exec(block)?.[1] ?? '',
      goRegexToBoundedJs(/^regex = '''([^]*?)'''$/m.exec(block)?.[1] ?? ''),
    ]),
);

function casesOf(file: string): Case[] {
  return git('show', `HEAD:${file}`)
    .split(/^func /m)
    .flatMap((body) => {
      const id = /RuleID:\s*"([^"]+)"/.exec(body)?.[1];
      const pattern = id === undefined ? undefined : patterns.get(id);
      if (id === undefined || pattern === undefined || pattern === '') return [];
      const env = runGoStrings(body.slice(body.indexOf('// validate')), CALLS);
      const all = runGoStrings(body, CALLS);
      const tps = env.get('tps') ?? all.get('tps');
      const fps = env.get('fps') ?? all.get('fps');
      return [
        {
          id,
          pattern,
          samples: samplesOf(tps),
          positives: tps === undefined ? [] : strings(id, tps),
          negatives: fps === undefined ? [] : strings(id, fps),
        },
      ];
    });
}

const generate = git('show', 'HEAD:cmd/generate/config/utils/generate.go');
const samples = runGoStrings(
  `samples := ${/samples := (map\[string\]string\{[^]*?\n\t\})/.exec(generate)?.[1] ?? ''}`,
  {},
);
const formats = [samples.get('samples')].flat().filter((format) => typeof format === 'string');
const files = git('ls-tree', '--name-only', 'HEAD', `${RULES}/`)
  .split('\n')
  .filter((file) => file.endsWith('.go'));
const cases = files.flatMap(casesOf);
const data = {
  notice:
    'Test strings of gitleaks, made by scripts/gitleaks-cases.ts. MIT License, Copyright (c) 2019 Zachary Rice. None is a live secret.',
  source: `gitleaks/gitleaks ${git('rev-parse', 'HEAD').trim()} ${RULES}`,
  formats,
  rules: cases,
};
await writeFile(inRoot(FILE), `${JSON.stringify(data, null, 1)}\n`);
const count = (key: 'samples' | 'positives' | 'negatives'): number =>
  cases.reduce((sum, entry) => sum + entry[key].length, 0);
console.log(
  `✔ wrote ${FILE}: ${cases.length} rules, ${count('samples')} samples in ${formats.length} formats, ` +
    `${count('positives')} positives, ${count('negatives')} negatives; ${unknown.length} strings not understood: ${[...new Set(unknown)].join(', ')}`,
);
