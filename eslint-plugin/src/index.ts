import { createRequire } from 'node:module';
import { rules } from './rules/index.ts';

const { name, version } = createRequire(import.meta.url)('../package.json') as { name: string; version: string };

type Preset = 'recommended' | 'strict' | 'all';
const ORDER: readonly Preset[] = ['recommended', 'strict', 'all'];

const plugin = { meta: { name, version, namespace: 'telint' }, rules };

function preset(level: Preset, settings?: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const on = Object.entries(rules).filter(([, rule]) => ORDER.indexOf(rule.meta.docs?.recommended ?? 'all') <= ORDER.indexOf(level));
  return {
    name: `telint/${level}`,
    plugins: { telint: plugin },
    rules: Object.fromEntries(on.map(([id]) => [`telint/${id}`, 'error'])),
    ...(settings ? { settings: { telint: settings } } : {}),
  };
}

/** Flat configs, computed from the meta data of the rules. */
const configs = {
  recommended: preset('recommended'),
  recommendedTypeChecked: { ...preset('recommended', { types: true }), name: 'telint/recommended-type-checked' },
  strict: preset('strict', { personIds: true }),
  all: preset('all', { personIds: true, trackers: true }),
};

export default { ...plugin, configs };
