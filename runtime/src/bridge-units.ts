/** Units of Prometheus names as UCUM codes, which OpenTelemetry writes into its descriptors. */

/**
 * Unit words at the end of a Prometheus metric name → UCUM, as in the OpenTelemetry specification "Prometheus and
 * OpenMetrics compatibility" (metric metadata, unit) read from right to left.
 */
const UCUM: Readonly<Record<string, string>> = {
  days: 'd',
  hours: 'h',
  minutes: 'min',
  seconds: 's',
  milliseconds: 'ms',
  microseconds: 'us',
  nanoseconds: 'ns',
  bytes: 'By',
  kibibytes: 'KiBy',
  mebibytes: 'MiBy',
  gibibytes: 'GiBy',
  tebibytes: 'TiBy',
  kilobytes: 'KBy',
  megabytes: 'MBy',
  gigabytes: 'GBy',
  terabytes: 'TBy',
  bits: 'bit',
  meters: 'm',
  volts: 'V',
  amperes: 'A',
  joules: 'J',
  watts: 'W',
  grams: 'g',
  celsius: 'Cel',
  hertz: 'Hz',
  ratio: '1',
  percent: '%',
};

/** Singular words after `_per_` → UCUM. */
const UCUM_PER: Readonly<Record<string, string>> = {
  second: 's',
  minute: 'min',
  hour: 'h',
  day: 'd',
  week: 'wk',
  month: 'mo',
  year: 'a',
};

/** Takes a metric name apart; `base` is the name without `_total` and without its unit. */
export function splitMetricName(name: string): { readonly base: string; readonly unit: string } {
  const plain = name.endsWith('_total') ? name.slice(0, -'_total'.length) : name;
  const rate = /^(.+?)_per_([a-z]+)$/.exec(plain);
  const per = rate ? ownEntry(UCUM_PER, rate[2] ?? '') : undefined;
  const rest = per === undefined ? plain : (rate?.[1] ?? plain);
  const word = rest.slice(rest.lastIndexOf('_') + 1);
  const unit = ownEntry(UCUM, word);
  const base = unit === undefined ? rest : rest.slice(0, -word.length - 1);
  if (base === '') return { base: plain, unit: '' };
  return { base, unit: per === undefined ? (unit ?? '') : `${unit ?? ''}/${per}` };
}

function ownEntry(table: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
