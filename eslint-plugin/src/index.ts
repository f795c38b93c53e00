import { createRequire } from 'node:module';
import type { Linter, Rule } from 'eslint';
import { rules } from './rules/index.ts';

const { name, version } = createRequire(import.meta.url)('../package.json') as { name: string; version: string };

type Preset = 'recommended' | 'strict' | 'all';
const ORDER: readonly Preset[] = ['recommended', 'strict', 'all'];

/** The plugin's rules under their names without prefix, in ESLint's own types. */
const plugin: {
  readonly meta: { readonly name: string; readonly version: string; readonly namespace: string };
  readonly rules: Readonly<Record<string, Rule.RuleModule>>;
} = {
  meta: { name, version, namespace: 'telint' },
  rules: rules as unknown as Record<string, Rule.RuleModule>,
};

function preset(level: Preset, settings?: Readonly<Record<string, unknown>>): Linter.Config {
  const on = Object.entries(rules).filter(
    ([, rule]) => ORDER.indexOf(rule.meta.docs?.recommended ?? 'all') <= ORDER.indexOf(level),
  );
  return {
    name: `telint/${level}`,
    plugins: { telint: plugin },
    rules: Object.fromEntries(on.map(([id]) => [`telint/${id}`, 'error'])),
    ...(settings ? { settings: { telint: settings } } : {}),
  };
}

/** Flat configs, computed from the meta data of the rules. */
const configs: Readonly<Record<'recommended' | 'recommendedTypeChecked' | 'strict' | 'all', Linter.Config>> = {
  recommended: preset('recommended'),
  recommendedTypeChecked: { ...preset('recommended', { types: true }), name: 'telint/recommended-type-checked' },
  strict: preset('strict', { personIds: true }),
  all: preset('all', { personIds: true, trackers: true }),
};

const telint: typeof plugin & { readonly configs: typeof configs } = { ...plugin, configs };

export default telint;
