import { PRESETS } from '../../../eslint-plugin/src/presets.ts';
import type { OptionSpec } from './command.ts';

/** Options that choose the configuration; every command that looks at code has them. */
export const CONFIG_OPTIONS = {
  preset: { help: 'Preset in place of the one of telint.json.', value: 'name', choices: PRESETS },
  config: { short: 'c', help: 'Configuration file (default: telint.json).', value: 'file' },
} as const satisfies Record<string, OptionSpec>;
