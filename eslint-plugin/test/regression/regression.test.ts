import { cpSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import telint from '../../src/index.ts';
import { lint } from '../support/lint.ts';
import { differences, readMarks, type Finding, type MarkedFile } from './marks.ts';

const FIXTURES = fileURLToPath(new URL('fixtures', import.meta.url));
const SOURCE = /\.[cm]?[jt]sx?$/;
const { rules: strictRules = {}, settings: strictSettings } = telint.configs.strict;
const RULES = new Set(Object.keys(strictRules).map((id) => id.replace('telint/', '')));

/** What `telint.json` of a fixture may say beside the strict preset. */
interface Adjustments {
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly options?: Readonly<Record<string, readonly unknown[]>>;
}

interface Fixture {
  readonly name: string;
  readonly root: string;
  readonly files: ReadonlyMap<string, MarkedFile>;
  readonly adjustments: Adjustments;
}

const sandbox = realpathSync(mkdtempSync(join(tmpdir(), 'telint-regression-')));
afterAll(() => rmSync(sandbox, { recursive: true, force: true }));

/** A copy without marks in a folder of its own: no configuration and no words from around it reach the rules. */
function prepare(name: string, folder = ''): Fixture {
  const root = join(sandbox, folder, name);
  cpSync(join(FIXTURES, name), root, { recursive: true });
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' }).map((p) => p.replaceAll('\\', '/'));
  const files = new Map<string, MarkedFile>();
  for (const path of paths.filter((p) => SOURCE.test(p)).sort()) {
    const file = readMarks(readFileSync(join(root, path), 'utf8'), RULES);
    writeFileSync(join(root, path), file.text);
    files.set(path, file);
  }
  const adjusted = paths.includes('telint.json') ? readFileSync(join(root, 'telint.json'), 'utf8') : '{}';
  return { name, root, files, adjustments: JSON.parse(adjusted) as Adjustments };
}

function findings({ root, adjustments }: Fixture, path: string, text: string): Finding[] {
  return lint(text, {
    cwd: root,
    filename: join(root, path),
    espree: /\.[cm]?js$/.test(path),
    rules: Object.fromEntries([...RULES].map((rule) => [rule, adjustments.options?.[rule] ?? []])),
    settings: { ...(strictSettings?.['telint'] as object), ...adjustments.settings },
  }).map((m) => ({
    rule: m.ruleId?.replace('telint/', '') ?? 'syntax',
    line: m.line,
    message: m.message,
  }));
}

function wrongIn(fixture: Fixture, path: string, file: MarkedFile): string[] {
  return differences(`${fixture.name}/${path}`, file, findings(fixture, path, file.text));
}

const names = readdirSync(FIXTURES).sort();
const fixtures = names.map((name) => prepare(name));

describe.each(fixtures.map((f) => [f.name, f] as const))('%s', (_, fixture) => {
  it.each([...fixture.files])('%s', (path, file) => {
    const wrong = wrongIn(fixture, path, file);
    expect(wrong, `\n${wrong.join('\n')}\n`).toEqual([]);
  });
});

describe('a folder called like tests around the workspace changes nothing', () => {
  for (const { name } of fixtures) {
    it(name, () => {
      const fixture = prepare(name, 'tests/fixtures');
      expect([...fixture.files].flatMap(([path, file]) => wrongIn(fixture, path, file))).toEqual([]);
    });
  }
});

describe('the suite', () => {
  const files = fixtures.flatMap((f) => [...f.files.values()]);
  const count = (kind: string): number => files.flatMap((f) => f.marks).filter((m) => m.kind === kind).length;

  it('has at least 150 mistakes that are found', () => expect(count('alert')).toBeGreaterThanOrEqual(150));
  it('has at least 200 traps', () => expect(files.flatMap((f) => f.traps).length).toBeGreaterThanOrEqual(200));
  it('has a mistake of every rule', () =>
    expect(new Set(files.flatMap((f) => f.marks).map((m) => m.rule))).toEqual(RULES));
});

describe('differences', () => {
  const source = `a(); // $ Alert[x] MISSING: Alert[y] hard
b(); // $ SPURIOUS: Alert[x] wrong
c(); // OK: fine
d(() => {
  // $ Alert[y]
});`;
  const file = readMarks(source, new Set(['x', 'y']));
  const at = (line: number, rule: string): Finding => ({ line, rule, message: 'M.' });
  const right = [at(2, 'x'), at(4, 'y')];

  it('are none when findings and marks agree', () =>
    expect(differences('f.ts', file, [...right, at(1, 'x')])).toEqual([]));

  it('leave no mark in the text', () => expect(file.text).toBe('a();\nb();\nc();\nd(() => {\n\n});'));

  it.each<readonly [string, readonly Finding[], readonly string[]]>([
    ['a mistake that is no longer found', right, ['f.ts:1 x: should be reported here and is not\n    a();']],
    [
      'a known miss that is found now',
      [at(1, 'x'), at(1, 'y'), ...right],
      ['f.ts:1 y: is found now; change the mark to "Alert[y]" (hard)\n    a();'],
    ],
    [
      'a known false alarm that is gone',
      [at(1, 'x'), at(4, 'y')],
      ['f.ts:2 x: is no longer reported here; remove the mark (wrong)\n    b();'],
    ],
    [
      'a finding on a line without a mark',
      [at(1, 'x'), at(3, 'x'), ...right],
      ['f.ts:3 x: is reported here and should not be: M.\n    c();'],
    ],
    [
      'a finding that comes twice',
      [at(1, 'x'), at(1, 'x'), ...right],
      ['f.ts:1 x: is reported here and should not be: M.\n    a();'],
    ],
  ])('name %s', (_, found, expected) => expect(differences('f.ts', file, found)).toEqual(expected));

  it.each([
    ['a(); // $ Alert[z]', 'Line 1: there is no rule "z".'],
    ['a(); // $ MISSING: Alert[x]', 'Line 1: a known fault needs a reason.'],
    ['a(); // $ Alert[x] because', 'Line 1: "because" is no mark.'],
    ['a(); // $ something', 'Line 1: no Alert[rule] in "something".'],
    ['a();\n// $ Alert[z]', 'Line 1: there is no rule "z".'],
  ])('cannot be read from %s', (text, message) => expect(() => readMarks(text, new Set(['x']))).toThrow(message));
});
