import { expect, test } from 'vitest';
import telint from '../../eslint-plugin/src/index.ts';
import { readSettings } from '../../eslint-plugin/src/host/settings.ts';
import { PRESETS } from '../../eslint-plugin/src/presets.ts';
import { checkInfos } from '../src/checks/catalog.ts';
import { configOf } from '../src/config.ts';

test.each(PRESETS)('preset %s means the same in ESLint, the editor and the command line', (preset) => {
  const inEslint = telint.configs[preset];
  const own = configOf({ preset }, 'telint.json');
  const rulesOfFiles = [...own.rules.keys()].filter((name) => !Object.hasOwn(checkInfos, name));
  expect(rulesOfFiles.map((name) => `telint/${name}`).sort()).toEqual(Object.keys(inEslint.rules ?? {}).sort());
  expect(rulesOfFiles.length).toBeGreaterThan(0);
  expect(own.settings).toEqual(readSettings(inEslint.settings?.['telint'] ?? {}));
});

test('settings that are written down count before those of the preset', () => {
  expect(configOf({ preset: 'strict', settings: { personIds: false } }, 'telint.json').settings.personIds).toBe(false);
  expect(configOf({ preset: 'strict' }, 'telint.json').settings.personIds).toBe(true);
});
