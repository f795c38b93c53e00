/** The two text formats of Prometheus: text 0.0.4 and OpenMetrics 1.0. Pure functions from values to text. */
import type { ExpositionFormat } from './negotiate.ts';

/** What the lines before the samples of a metric say. */
export interface FamilyHead {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly unit: string | undefined;
}

const NEEDS_ESCAPE = /[\\"\n]/;

function escaped(character: string): string {
  return character === '\n' ? '\\n' : `\\${character}`;
}

/** A label value between double quotes: backslash, quote and line feed are escaped. */
export function escapeLabelValue(value: string): string {
  return NEEDS_ESCAPE.test(value) ? value.replace(/[\\"\n]/g, escaped) : value;
}

/** A help text: in text 0.0.4 quotes stand as they are, in OpenMetrics they are escaped too. */
export function escapeHelp(help: string, format: ExpositionFormat): string {
  return help.replace(format === 'openmetrics' ? /[\\"\n]/g : /[\\\n]/g, escaped);
}

/** A sample value: `NaN`, `+Inf` and `-Inf` as both formats spell them. */
export function formatValue(value: number): string {
  if (value - value === 0) return String(value);
  if (value === Infinity) return '+Inf';
  return value === -Infinity ? '-Inf' : 'NaN';
}

/**
 * A bucket bound as a label value. OpenMetrics wants the canonical form of Go (`1.0`, `1e+06`); text 0.0.4 keeps what
 * prom-client prints (`1`), so that a service which changes over keeps its series.
 */
export function formatBound(bound: number, format: ExpositionFormat): string {
  if (bound === Infinity) return '+Inf';
  const plain = String(bound);
  if (format === 'text') return plain;
  const magnitude = Math.abs(bound);
  if (magnitude !== 0 && (magnitude < 1e-4 || magnitude >= 1e6)) {
    return bound.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
  }
  return Number.isInteger(bound) ? `${plain}.0` : plain;
}

/** The name of the family: OpenMetrics leaves the `_total` of counters to the samples. */
export function familyName(name: string, type: string, format: ExpositionFormat): string {
  return format === 'openmetrics' && type === 'counter' ? name.replace(/_total$/, '') : name;
}

/** The lines before the samples. */
export function headLines(head: FamilyHead, format: ExpositionFormat): string {
  const name = familyName(head.name, head.type, format);
  const unit = format === 'openmetrics' && head.unit !== undefined ? `# UNIT ${name} ${head.unit}\n` : '';
  return `# HELP ${name} ${escapeHelp(head.help, format)}\n# TYPE ${name} ${typeWord(head.type, format)}\n${unit}`;
}

function typeWord(type: string, format: ExpositionFormat): string {
  const known = type === 'counter' || type === 'gauge' || type === 'histogram' || type === 'summary';
  if (known) return type;
  return format === 'openmetrics' ? 'unknown' : 'untyped';
}

/**
 * `a="1",b="2"` without braces; a label that is empty is left out, because Prometheus does not keep it. The text is joined
 * from parts, and so stored in one piece: a chain of concatenations would be walked again in every scrape.
 */
export function labelPairs(names: readonly string[], values: readonly string[]): string {
  const parts: string[] = [];
  for (let index = 0; index < names.length; index++) {
    const value = values[index] ?? '';
    if (value === '') continue;
    parts.push(parts.length === 0 ? '' : ',', names[index] ?? '', '="', escapeLabelValue(value), '"');
  }
  return parts.join('');
}

/** Labels with braces, or nothing where there are none. */
export function braced(pairs: string): string {
  return pairs === '' ? '' : `{${pairs}}`;
}

/** A time of the process clock as both formats print it: seconds since the epoch. */
export function formatSeconds(milliseconds: number): string {
  return String(milliseconds / 1000);
}
