import { createRequire } from 'node:module';
import type { Linter, Rule } from 'eslint';
import { isInPreset, presetSettings, type Preset } from './presets.ts';
import { rules } from './rules/index.ts';

const { name, version } = createRequire(import.meta.url)('../package.json') as { name: string; version: string };

/** The plugin's rules under their names without prefix, in ESLint's own types. */
const plugin: {
  readonly meta: { readonly name: string; readonly version: string; readonly namespace: string };
  readonly rules: Readonly<Record<string, Rule.RuleModule>>;
} = {
  meta: { name, version, namespace: 'telint' },
  rules: rules as unknown as Record<string, Rule.RuleModule>,
};

function preset(level: Preset, settings = presetSettings[level]): Linter.Config {
  const on = Object.entries(rules).filter(([, rule]) => isInPreset(rule.meta.docs?.recommended ?? 'all', level));
  return {
    name: `telint/${level}`,
    plugins: { telint: plugin },
    rules: Object.fromEntries(on.map(([id]) => [`telint/${id}`, 'error'])),
    ...(Object.keys(settings).length > 0 ? { settings: { telint: settings } } : {}),
  };
}

/** Flat configs, computed from the meta data of the rules. */
const configs: Readonly<Record<'recommended' | 'recommendedTypeChecked' | 'strict' | 'all', Linter.Config>> = {
  recommended: preset('recommended'),
  recommendedTypeChecked: { ...preset('recommended', { types: true }), name: 'telint/recommended-type-checked' },
  strict: preset('strict'),
  all: preset('all'),
};

const telint: typeof plugin & { readonly configs: typeof configs } = { ...plugin, configs };

export default telint;
