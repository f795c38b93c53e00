import { readFile } from 'node:fs/promises';
import { replaceBetween, table } from '../lib/markdown.ts';
import { inRoot } from '../lib/paths.ts';

const TYPES = 'client/src/settings.generated.ts';
const README = 'client/README.md';
const SECTION = 'telint';

interface Property {
  readonly type: 'boolean' | 'string' | 'number';
  readonly default: boolean | string | number;
  readonly order: number;
  readonly enum?: readonly string[];
  readonly markdownEnumDescriptions?: readonly string[];
  readonly markdownDescription: string;
}

/** Types of the settings, and their table. */
export const files = [TYPES, README];

/** Both from the manifest, so that the three never differ. */
export async function generate(): Promise<Map<string, string>> {
  const manifest = JSON.parse(await readFile(inRoot('package.json'), 'utf8')) as {
    contributes: { configuration: { properties: Record<string, Property> } };
  };
  const properties = Object.entries(manifest.contributes.configuration.properties)
    .map(([key, property]) => [key.slice(SECTION.length + 1), property] as const)
    .sort(([, a], [, b]) => a.order - b.order);
  const readme = await readFile(inRoot(README), 'utf8');
  return new Map([
    [TYPES, typesOf(properties)],
    [
      README,
      replaceBetween(
        readme,
        '<!-- begin generated settings -->',
        '<!-- end generated settings -->',
        tableOf(properties),
      ),
    ],
  ]);
}

type Properties = readonly (readonly [string, Property])[];

function typesOf(properties: Properties): string {
  const type = (property: Property): string =>
    property.enum?.map((value) => JSON.stringify(value)).join(' | ') ?? property.type;
  return [
    '// Generated from `contributes.configuration` of the root package.json by scripts/generators/extension-settings.ts.',
    '',
    '/** Section of the settings. */',
    `export const SECTION = ${JSON.stringify(SECTION)};`,
    '',
    '/** Settings of the extension, by their key without the section. */',
    'export interface TelintSettings {',
    ...properties.flatMap(([key, property]) => [
      `  /** ${property.markdownDescription} */`,
      `  readonly ${JSON.stringify(key)}: ${type(property)};`,
    ]),
    '}',
    '',
    '/** What counts where nothing is set. */',
    'export const defaults: TelintSettings = {',
    ...properties.map(([key, property]) => `  ${JSON.stringify(key)}: ${JSON.stringify(property.default)},`),
    '};',
    '',
  ].join('\n');
}

function tableOf(properties: Properties): string {
  const rows = properties.map(([key, property]) => {
    const values = (property.enum ?? []).map(
      (value, i) => `${code(value)}: ${property.markdownEnumDescriptions?.[i] ?? ''}`,
    );
    return [`\`${SECTION}.${key}\``, code(property.default), [property.markdownDescription, ...values].join('<br>')];
  });
  return table(['Setting', 'Default', 'Meaning'], rows);
}

function code(value: boolean | string | number): string {
  return value === '' ? '(empty)' : `\`${String(value)}\``;
}
