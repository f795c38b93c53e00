import { existsSync, readFileSync } from 'node:fs';
import { ESLint, Linter } from 'eslint';
import { describe, expect, it } from 'vitest';
import telint from '../src/index.ts';
import { rules } from '../src/rules/index.ts';
import { lint, plugin } from './support/lint.ts';

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  name: string;
  version: string;
};

describe('the plugin', () => {
  it('says what it is', () => {
    expect(telint.meta).toEqual({ name: manifest.name, version: manifest.version, namespace: 'telint' });
  });

  it.each(Object.entries(rules))('%s is complete', (name, rule) => {
    expect(name).toMatch(/^(?:no|prefer|require|valid)(?:-[a-z]+)+$/);
    expect(rule.name).toBe(name);
    expect(rule.meta.docs?.description).toMatch(/^[A-Z].*[^.]$/);
    expect(rule.meta.docs?.url).toMatch(new RegExp(`/docs/rules/${name}\\.md$`));
    expect(existsSync(new URL(`../docs/rules/${name}.md`, import.meta.url))).toBe(true);
    expect(existsSync(new URL(`./rules/${name}.test.ts`, import.meta.url))).toBe(true);
    expect(['recommended', 'strict', 'all']).toContain(rule.meta.docs?.recommended);
  });

  it.each(Object.entries(rules))('%s refuses options that it does not know', (name, rule) => {
    const hasOptions = (rule.meta.schema as readonly unknown[]).length > 0;
    expect(() => lint('f();', { rules: { [name]: [{ nonsense: true }] } })).toThrow(
      hasOptions ? /nonsense/ : /more than 0 items/,
    );
    expect(() => lint('f();', { rules: { [name]: [{}, {}] } })).toThrow();
    expect(lint('f();', { rules: { [name]: hasOptions ? [{}] : [] } })).toEqual([]);
  });
});

describe('the presets', () => {
  const rulesOf = (preset: keyof typeof telint.configs): string[] =>
    Object.keys(telint.configs[preset].rules ?? {}).map((id) => id.replace('telint/', ''));
  const levels = ['recommended', 'strict', 'all'] as const;

  it('grow', () => {
    expect(rulesOf('recommendedTypeChecked')).toEqual(rulesOf('recommended'));
    expect(rulesOf('strict')).toEqual(expect.arrayContaining(rulesOf('recommended')));
    expect(rulesOf('all')).toEqual(expect.arrayContaining(rulesOf('strict')));
    expect(rulesOf('all').sort()).toEqual(Object.keys(telint.rules).sort());
  });

  it('have the rules that the meta data of the rules say', () => {
    for (const [name, rule] of Object.entries(rules)) {
      const first = levels.indexOf(rule.meta.docs?.recommended ?? 'all');
      expect(
        levels.map((level) => rulesOf(level).includes(name)),
        name,
      ).toEqual(levels.map((_, i) => i >= first));
    }
  });

  it.each(Object.keys(telint.configs) as (keyof typeof telint.configs)[])(
    '%s is a valid configuration',
    async (preset) => {
      const config = telint.configs[preset];
      expect(config.name).toMatch(/^telint\/[a-z-]+$/);
      const eslint = new ESLint({ overrideConfigFile: true, overrideConfig: [config] });
      const computed = (await eslint.calculateConfigForFile('src/a.js')) as Linter.Config;
      expect(Object.keys(computed.rules ?? {})).toEqual(Object.keys(config.rules ?? {}));
      expect(new Linter().verify('f();', [config])).toEqual([]);
    },
  );

  it('strict takes ids of persons for personal data', () => {
    const code = `import { trace } from '@opentelemetry/api';\nexport const f = (user) => trace.getActiveSpan()?.setAttribute('user.id', user.id);`;
    const run = (preset: 'recommended' | 'strict'): number =>
      new Linter({ cwd: '/nowhere' }).verify(code, [telint.configs[preset]], {
        filename: '/nowhere/a.js',
      }).length;
    expect([run('recommended'), run('strict')]).toEqual([0, 1]);
  });
});

it('the tests lint with the rules of the plugin', () => {
  expect(Object.keys(plugin.rules)).toEqual(Object.keys(telint.rules));
});
