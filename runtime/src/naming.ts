/**
 * Names, labels, units and help as Prometheus wants them (prometheus.io/docs/practices/naming, OpenMetrics 1.0, and what
 * `promtool check metrics` reports). Every message says what to write instead.
 */
import { TelintError, warn, type DiagnosticCode } from './diagnostics.ts';

/** Type of a metric in the exposition formats. */
export type MetricType = 'counter' | 'gauge' | 'histogram';

/** What happens to a name that is legal but against the conventions. */
export type NamingMode = 'strict' | 'warn';

/** What a name is checked with. */
export interface NamedMetric {
  readonly name: string;
  readonly help: string;
  readonly type: MetricType;
  readonly unit: string | undefined;
  readonly labelNames: readonly string[];
}

/** Parts of names that are not a base unit, and the base unit to write instead; from promlint (Prometheus, Apache-2.0). */
const BASE_UNITS: ReadonlyMap<string, string> = new Map([
  ...['ms', 'millis', 'milliseconds', 'us', 'microseconds', 'ns', 'nanoseconds', 's', 'sec', 'secs'].map(
    toUnit('seconds'),
  ),
  ...['minutes', 'mins', 'hours', 'days', 'weeks'].map(toUnit('seconds')),
  ...['kb', 'mb', 'gb', 'kib', 'mib', 'gib', 'kilobytes', 'megabytes', 'gigabytes'].map(toUnit('bytes')),
  ...['percent', 'percentage', 'pct'].map(toUnit('ratio')),
  ...['fahrenheit', 'kelvin'].map(toUnit('celsius')),
  ...['kilometers', 'centimeters', 'millimeters'].map(toUnit('meters')),
  ...['kilograms', 'milligrams'].map(toUnit('grams')),
]);

function toUnit(unit: string): (part: string) => [string, string] {
  return (part) => [part, unit];
}

/** Endings that the formats give to the lines of counters, histograms and summaries. */
const RESERVED_ENDINGS = ['_total', '_count', '_sum', '_bucket', '_created', '_info', '_gsum', '_gcount'] as const;

const TYPE_WORDS = new Set(['counter', 'gauge', 'histogram', 'summary']);

function snakeCase(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^a-zA-Z0-9_]+/g, '_')
    .replace(/^(?=\d)/, '_')
    .toLowerCase();
}

function withoutEnding(name: string): string {
  const ending = RESERVED_ENDINGS.find((candidate) => name.endsWith(candidate));
  return ending === undefined ? name : name.slice(0, -ending.length);
}

function* grammarProblems({ name, help, labelNames }: NamedMetric): Generator<[DiagnosticCode, string]> {
  if (!/^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(name)) {
    yield ['TELINT_METRIC_NAME', `\`${name}\` is no metric name: write \`${snakeCase(name)}\`.`];
  } else if (name.startsWith('__')) {
    yield [
      'TELINT_METRIC_NAME',
      `\`${name}\`: names that start with \`__\` belong to Prometheus; drop the underscores.`,
    ];
  }
  if (typeof help !== 'string' || help.trim() === '') {
    yield ['TELINT_METRIC_HELP', `\`${name}\` has no help: write one sentence about what it counts or measures.`];
  }
  for (const label of labelNames) {
    if (label === 'le' || label === 'quantile') {
      yield [
        'TELINT_LABEL_NAME',
        `\`${name}\`: \`${label}\` is what histograms and summaries use; name the label otherwise.`,
      ];
    } else if (label.startsWith('__')) {
      yield [
        'TELINT_LABEL_NAME',
        `\`${name}\`: \`${label}\` belongs to Prometheus, like all names with \`__\`; drop the underscores.`,
      ];
    } else if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(label)) {
      yield ['TELINT_LABEL_NAME', `\`${name}\`: \`${label}\` is no label name: write \`${snakeCase(label)}\`.`];
    }
  }
}

function endingProblem(name: string, type: MetricType): string | undefined {
  if (type === 'counter') {
    if (name.endsWith('_total')) return undefined;
    return `The counter \`${name}\` needs the ending \`_total\`: write \`${withoutEnding(name)}_total\`.`;
  }
  const base = withoutEnding(name);
  if (base === name) return undefined;
  return `\`${name}\`: this ending belongs to counters, histograms and summaries; name the ${type} \`${base}\`.`;
}

function unitProblem(name: string, unit: string | undefined): string | undefined {
  const base = name.replace(/_total$/, '');
  const parts = base.split('_');
  const wrong = parts.find((part, index) => index > 0 && BASE_UNITS.has(part));
  if (wrong !== undefined) {
    const right = parts.map((part) => (part === wrong ? (BASE_UNITS.get(part) ?? part) : part)).join('_');
    return `\`${name}\`: \`${wrong}\` is no base unit; write \`${name.replace(base, right)}\` and convert the values.`;
  }
  if (unit !== undefined && !base.endsWith(`_${unit}`)) {
    return `\`${name}\` does not end with its unit: write \`${name.replace(base, `${base}_${unit}`)}\`.`;
  }
  return undefined;
}

function* conventionProblems({ name, type, unit, labelNames }: NamedMetric): Generator<[DiagnosticCode, string]> {
  const ending = endingProblem(name, type);
  if (ending !== undefined) yield ['TELINT_METRIC_NAME', ending];
  if (name.includes(':')) {
    yield [
      'TELINT_METRIC_NAME',
      `\`${name}\`: colons are for recording rules; write \`${name.replaceAll(':', '_')}\`.`,
    ];
  }
  if (/[a-z][A-Z]/.test(name))
    yield ['TELINT_METRIC_NAME', `\`${name}\` is not snake_case: write \`${snakeCase(name)}\`.`];
  const typeWord = name.split('_').find((part) => TYPE_WORDS.has(part));
  if (typeWord !== undefined) {
    const shorter = name
      .split('_')
      .filter((part) => part !== typeWord)
      .join('_');
    yield ['TELINT_METRIC_NAME', `\`${name}\`: the type does not belong in the name; write \`${shorter}\`.`];
  }
  const wrongUnit = unitProblem(name, unit);
  if (wrongUnit !== undefined) yield ['TELINT_METRIC_UNIT', wrongUnit];
  for (const label of labelNames) {
    if (/[a-z][A-Z]/.test(label)) {
      yield [
        'TELINT_LABEL_NAME',
        `\`${name}\`: the label \`${label}\` is not snake_case: write \`${snakeCase(label)}\`.`,
      ];
    }
  }
}

/**
 * Checks a metric at registration. `warn` lets names pass that are legal but against the conventions, for services whose
 * dashboards depend on them.
 * @throws TelintError with the first thing that is wrong.
 */
export function checkNaming(metric: NamedMetric, mode: NamingMode): void {
  for (const [code, message] of grammarProblems(metric)) throw new TelintError(code, message);
  for (const [code, message] of conventionProblems(metric)) {
    if (mode === 'strict') throw new TelintError(code, message);
    warn('TELINT_NAMING', message, metric.name);
  }
}
