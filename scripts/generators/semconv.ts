import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as stableModule from '@opentelemetry/semantic-conventions';
import * as incubatingModule from '@opentelemetry/semantic-conventions/incubating';

const TABLE = 'eslint-plugin/src/knowledge/semconv.generated.ts';
const PACKAGE = '@opentelemetry/semantic-conventions';

/** The tables of semantic conventions. */
export const files = [TABLE];

interface Entry {
  stability: 'stable' | 'incubating' | 'legacy';
  deprecated?: string | true;
  moved?: true;
  values?: (string | number)[];
}

/** Keys, metric and event names by kind, with `prefixes` of keys that end in a name of the user's choice. */
interface Tables {
  readonly attributes: Map<string, Entry>;
  readonly metrics: Map<string, Entry>;
  readonly events: Map<string, Entry>;
  readonly prefixes: Map<string, Entry>;
}

/** Doc comments of the package by the name of the constant that they stand above. */
async function readDocs(): Promise<Map<string, string>> {
  const folder = dirname(createRequire(import.meta.url).resolve(PACKAGE));
  const docs = new Map<string, string>();
  for (const name of ['attributes', 'metrics', 'events']) {
    for (const level of ['experimental', 'stable']) {
      const text = await readFile(join(folder, `${level}_${name}.mjs`), 'utf8');
      for (const [, doc = '', constant = ''] of text.matchAll(/\/\*\*((?:(?!\*\/)[^])*)\*\/\s*const (\w+) =/g))
        docs.set(constant, doc);
    }
  }
  return docs;
}

/**
 * What a `@deprecated` tag asks for: the one key that takes over with the same meaning and type, `true` when there is
 * no such key, or `moved` when the key lives on unchanged in another repository of conventions.
 */
function deprecation(doc: string): Pick<Entry, 'deprecated' | 'moved'> {
  const text = /@deprecated ([^]*?)(?:\n\s*\*?\s*\n|\n\s*\* @|$)/
    .exec(doc)?.[1]
    ?.replaceAll(/\s*\n\s*\*\s*/g, ' ')
    .trim();
  if (text === undefined) return {};
  if (/moved to|opentelemetry\.io\/docs\/specs\/otel\/compatibility/i.test(text)) return { moved: true };
  const replacement = /^(?:Replaced by|Use) `([\w.]+)`(?: instead)?\.?$/.exec(text)?.[1];
  return { deprecated: replacement ?? true };
}

function entryOf(constant: string, docs: ReadonlyMap<string, string>): Entry {
  const doc = docs.get(constant);
  if (doc === undefined) throw new Error(`${PACKAGE} documents no ${constant}.`);
  return { stability: constant in stableModule ? 'stable' : 'incubating', ...deprecation(doc) };
}

/** Enum members by the constant of their attribute, as `{@link}` in their comments says. */
function valuesByAttribute(docs: ReadonlyMap<string, string>): Map<string, (string | number)[]> {
  const values = new Map<string, (string | number)[]>();
  for (const [constant, value] of Object.entries(incubatingModule) as [string, unknown][]) {
    const owner = /^\s*\*?\s*Enum value [^\n]* for attribute \{@link (\w+)\}/.exec(docs.get(constant) ?? '')?.[1];
    if (owner === undefined || (typeof value !== 'string' && typeof value !== 'number')) continue;
    values.set(owner, [...(values.get(owner) ?? []), value]);
  }
  return values;
}

function collect(docs: ReadonlyMap<string, string>): Tables {
  const tables: Tables = { attributes: new Map(), metrics: new Map(), events: new Map(), prefixes: new Map() };
  const values = valuesByAttribute(docs);
  for (const [constant, value] of Object.entries(incubatingModule) as [string, unknown][]) {
    const kind = /^(ATTR|METRIC|EVENT)_/.exec(constant)?.[1];
    if (kind === undefined) continue;
    const entry = entryOf(constant, docs);
    if (typeof value === 'function') tables.prefixes.set((value as (key: string) => string)(''), entry);
    if (typeof value !== 'string') continue;
    const members = values.get(constant);
    // One member only, as in `error.type`: a fallback beside free values, so no bound follows from it.
    if (members !== undefined && members.length > 1) entry.values = members;
    tables[kind === 'ATTR' ? 'attributes' : kind === 'METRIC' ? 'metrics' : 'events'].set(value, entry);
  }
  for (const [constant, value] of Object.entries(stableModule) as [string, unknown][]) {
    const isLegacy = /^SEM(?:RES)?ATTRS_/.test(constant);
    if (isLegacy && typeof value === 'string' && !tables.attributes.has(value))
      tables.attributes.set(value, { stability: 'legacy' });
    if (!isLegacy && /^(?:ATTR|METRIC|EVENT)_/.test(constant) && !(constant in incubatingModule)) {
      throw new Error(`${constant} is missing from ${PACKAGE}/incubating.`);
    }
  }
  return tables;
}

function assertDerivable(tables: Tables): void {
  const constants = { ...stableModule, ...incubatingModule } as Record<string, unknown>;
  const snake = (key: string): string => key.replaceAll(/\W/g, '_').toUpperCase();
  for (const [prefixes, keys] of [
    [['ATTR_', 'SEMATTRS_', 'SEMRESATTRS_'], tables.attributes],
    [['METRIC_'], tables.metrics],
    [['EVENT_'], tables.events],
  ] as const) {
    for (const key of keys.keys()) {
      if (!prefixes.some((prefix) => constants[prefix + snake(key)] === key))
        throw new Error(`The constant of ${key} has another name than its key.`);
    }
  }
}

/** One row of a table: key, flags, successor and enum members, without the empty cells at the end. */
function rowOf([key, { stability, deprecated, moved, values = [] }]: readonly [string, Entry]): string {
  const numeric = typeof values[0] === 'number';
  const flags = [
    stability === 'stable' ? 's' : stability === 'legacy' ? 'l' : '',
    deprecated === undefined ? '' : 'd',
    moved ? 'm' : '',
    numeric ? 'n' : '',
  ].join('');
  const cells = [key, flags, typeof deprecated === 'string' ? deprecated : '', values.join(',')];
  const row = cells.join('|').replace(/\|+$/, '');
  if (
    row.split('|').length > cells.length ||
    /[`\\\n]|\$\{/.test(row) ||
    values.some((value) => String(value).includes(','))
  ) {
    throw new Error(`${key} or one of its values contains a separator.`);
  }
  return row;
}

function literal(name: string, comment: string, entries: ReadonlyMap<string, Entry>): string {
  const rows = [...entries].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(rowOf);
  return `/** ${comment} */\nexport const ${name} = \`\n${rows.join('\n')}\n\`;\n`;
}

/** Writes the keys, metrics and events of the package with their stability, successor and enum members. */
export async function generate(): Promise<Map<string, string>> {
  const { version } = createRequire(import.meta.url)(
    join(dirname(createRequire(import.meta.url).resolve(PACKAGE)), '../package.json'),
  ) as { version: string };
  const tables = collect(await readDocs());
  assertDerivable(tables);
  const text = [
    '// Generated by `npm run generate`.',
    `/** Source: npm ${PACKAGE} ${version} (Apache-2.0), both entry points. A constant is named \`ATTR_\`, \`METRIC_\` or \`EVENT_\` plus the key in upper snake case. */`,
    '',
    '// One row per name: name|flags|successor|enum members. Flags: s stable, l only a legacy constant, d deprecated,',
    '// m moved to other conventions, n numeric members. Text, because it costs nothing to load until it is asked for.',
    '',
    literal('attributeRows', 'Attributes.', tables.attributes),
    literal('prefixRows', 'Attributes whose key goes on with a name: the part before it.', tables.prefixes),
    literal('metricRows', 'Metrics.', tables.metrics),
    literal('eventRows', 'Events.', tables.events),
  ].join('\n');
  return new Map([[TABLE, text]]);
}
