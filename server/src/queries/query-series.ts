/** Under which names Prometheus has the series of a metric of the code. */
import type { DefinedMetric } from '../../../eslint-plugin/src/analysis/collect-inventory.ts';

/** What a series of a metric holds. */
export type SeriesKind = 'counter' | 'gauge' | 'histogram' | 'bucket' | 'sum' | 'count' | 'quantile';

/** A form of a name: `orders_seconds` as `orders_seconds_bucket`. */
export interface SeriesForm {
  readonly kind: SeriesKind;
  /** Name of the series of a metric that has this name in the code. */
  of(name: string): string;
}

/** Units of OpenTelemetry as the translation to Prometheus spells them. */
const UNITS: Readonly<Record<string, string>> = {
  d: 'days',
  h: 'hours',
  min: 'minutes',
  s: 'seconds',
  ms: 'milliseconds',
  us: 'microseconds',
  ns: 'nanoseconds',
  By: 'bytes',
  KiBy: 'kibibytes',
  MiBy: 'mebibytes',
  GiBy: 'gibibytes',
  TiBy: 'tibibytes',
  KBy: 'kilobytes',
  MBy: 'megabytes',
  GBy: 'gigabytes',
  TBy: 'terabytes',
  m: 'meters',
  V: 'volts',
  A: 'amperes',
  J: 'joules',
  W: 'watts',
  g: 'grams',
  Cel: 'celsius',
  Hz: 'hertz',
  '%': 'percent',
};
const PER: Readonly<Record<string, string>> = {
  s: 'second',
  m: 'minute',
  h: 'hour',
  d: 'day',
  w: 'week',
  mo: 'month',
  y: 'year',
};

const BUCKETS: readonly (readonly [string, SeriesKind])[] = [
  ['_bucket', 'bucket'],
  ['_sum', 'sum'],
  ['_count', 'count'],
  ['', 'histogram'],
];

/** Suffixes that a unit can leave on a name; `''` always, because exporters can be told to leave it out. */
function unitSuffixes(unit: string | undefined, isGauge: boolean): readonly string[] {
  if (unit === undefined) return ['', ...Object.values(UNITS).map((word) => `_${word}`), '_ratio'];
  if (unit === '1') return isGauge ? ['', '_ratio'] : [''];
  // Words in braces are remarks, not units.
  const [main = '', per] = unit.replace(/\{[^}]*\}/g, '').split('/');
  const first = main === '' ? '' : `_${UNITS[main] ?? sanitized(main)}`;
  const second = per === undefined || per === '' ? '' : `_per_${PER[per] ?? sanitized(per)}`;
  return first + second === '' ? [''] : ['', first + second];
}

/** A name as the exporters of OpenTelemetry write it: what Prometheus does not take becomes one underscore. */
function sanitized(name: string): string {
  return name.replace(/[^a-zA-Z0-9:]+/g, '_').replace(/^(?=\d)/, '_');
}

/** A suffix that a name has already is not added again. */
function add(name: string, suffix: string): string {
  return suffix !== '' && name.endsWith(suffix) ? name : name + suffix;
}

function otelForms({ instrument, unit }: DefinedMetric): readonly SeriesForm[] {
  const isGauge = instrument === 'gauge' || instrument === 'updown-counter';
  return unitSuffixes(unit, isGauge).flatMap((suffix): SeriesForm[] => {
    const base = (name: string): string => add(sanitized(name).replace(/_+$/, ''), suffix);
    if (instrument === 'histogram')
      return BUCKETS.map(([ending, kind]) => ({ kind, of: (name) => base(name) + ending }));
    if (isGauge) return [{ kind: 'gauge', of: base }];
    // The unit stands before `_total`, also where the name of the code ends so.
    const counter = (name: string): string => `${base(name.replace(/[._]total$/, ''))}_total`;
    return [
      { kind: 'counter', of: counter },
      { kind: 'counter', of: base },
    ];
  });
}

function promForms({ instrument }: DefinedMetric): readonly SeriesForm[] {
  const plain = (name: string): string => name;
  switch (instrument) {
    case 'histogram':
      return BUCKETS.map(([ending, kind]) => ({ kind, of: (name) => name + ending }));
    case 'summary':
      return [
        { kind: 'quantile', of: plain },
        { kind: 'sum', of: (name) => `${name}_sum` },
        { kind: 'count', of: (name) => `${name}_count` },
      ];
    case 'counter':
      return [
        { kind: 'counter', of: plain },
        // In the format of OpenMetrics.
        { kind: 'counter', of: (name) => add(name, '_total') },
      ];
    default:
      return [{ kind: 'gauge', of: plain }];
  }
}

/** All forms that the name of a metric can have in a query. */
export function seriesForms(definition: DefinedMetric): readonly SeriesForm[] {
  return definition.library === 'prom' ? promForms(definition) : otelForms(definition);
}

/** Labels that a series has beside those of its metric. */
export function extraLabels(kind: SeriesKind): readonly string[] {
  return kind === 'bucket' ? ['le'] : kind === 'quantile' ? ['quantile'] : [];
}

/** The name under which most exporters have a series of a metric: those of OpenTelemetry add unit and `_total`. */
export function usualName(definition: DefinedMetric, kind: SeriesKind): string | undefined {
  const { name, library, unit } = definition;
  const forms = seriesForms(definition).filter((form) => form.kind === kind);
  // Counters have a form with `_total` and one without for each unit.
  const index = library === 'prom' || unit === undefined ? 0 : kind === 'counter' ? -2 : -1;
  return name === undefined ? undefined : forms.at(index)?.of(name);
}
