import { defaultSettings } from '../../eslint-plugin/src/analysis/settings.ts';
import { checkInfos } from '../../server/src/checks/catalog.ts';
import { PRESETS } from '../../eslint-plugin/src/presets.ts';
import { descriptionOf, loadRules } from '../lib/rules.ts';

const FILE = 'client/telint.schema.json';

/** The JSON schema by which an editor completes `telint.json`. */
export const files = [FILE];

const CHOICES: Readonly<Record<string, readonly string[]>> = {
  crossFile: ['workspace', 'imports', 'off'],
  names: ['report', 'ignore'],
};

/** From the rules, the checks and the defaults of the settings. */
export async function generate(): Promise<Map<string, string>> {
  const rules = (await loadRules()).map((rule) => [rule.name, descriptionOf(rule)] as const);
  const checks = Object.entries(checkInfos).map(([name, { description }]) => [name, description] as const);
  const series = { type: 'integer', minimum: 1 };
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Configuration of Telint',
    type: 'object',
    allowComments: true,
    allowTrailingCommas: true,
    additionalProperties: false,
    properties: {
      $schema: { type: 'string' },
      preset: { enum: PRESETS, default: 'recommended', description: 'Which rules run.' },
      rules: {
        type: 'object',
        description: 'Rules that differ from the preset.',
        additionalProperties: false,
        properties: Object.fromEntries(
          [...rules, ...checks].map(([name, description]) => [name, { description, $ref: '#/definitions/rule' }]),
        ),
        patternProperties: { '^telint/': { $ref: '#/definitions/rule' } },
      },
      settings: {
        type: 'object',
        description: 'What the analysis should know of this project.',
        additionalProperties: false,
        properties: Object.fromEntries(
          Object.entries(defaultSettings).map(([key, value]) => [key, settingOf(key, value as unknown)]),
        ),
      },
      ignore: {
        type: 'array',
        items: { type: 'string' },
        description: 'Glob patterns of files to leave out, relative to the folder.',
      },
      budget: {
        type: 'object',
        description: 'Numbers of time series that the estimates are held against.',
        additionalProperties: false,
        properties: {
          perMetric: { ...series, description: 'Of any single metric.' },
          perService: { ...series, description: 'Of all metrics of a package together.' },
          metrics: { type: 'object', additionalProperties: series, description: 'Of single metrics, by name.' },
        },
      },
    },
    definitions: {
      rule: {
        oneOf: [
          { enum: ['off', 'warn', 'error'] },
          { type: 'array', items: [{ enum: ['off', 'warn', 'error'] }], minItems: 1 },
        ],
      },
    },
  };
  return new Map([[FILE, JSON.stringify(schema)]]);
}

function settingOf(key: string, value: unknown): object {
  if (key === 'wrappers') return { type: 'array', items: { type: 'object', required: ['name', 'kind'] } };
  if (Array.isArray(value)) return { type: 'array', items: { type: 'string' }, default: value };
  return CHOICES[key] ? { enum: CHOICES[key], default: value } : { type: typeof value, default: value };
}
