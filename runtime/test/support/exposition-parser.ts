/**
 * A strict reader of text 0.0.4 and OpenMetrics 1.0, after their specifications: it refuses what a lenient server would
 * let through, so that a test which reads our output back also proves its form.
 */

/** One line of values. */
export interface ParsedSample {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
  readonly exemplar?: {
    readonly labels: ReadonlyMap<string, string>;
    readonly value: number;
    readonly timestamp: number | undefined;
  };
}

/** A metric with its lines. */
export interface ParsedFamily {
  readonly name: string;
  type: string | undefined;
  help: string | undefined;
  unit: string | undefined;
  readonly samples: ParsedSample[];
}

const SUFFIXES: Record<string, readonly string[]> = {
  counter: ['_total', '_created'],
  gauge: [''],
  histogram: ['_bucket', '_sum', '_count', '_created'],
  summary: ['', '_sum', '_count', '_created'],
  unknown: [''],
  untyped: [''],
};

class Line {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  fail(what: string): never {
    throw new SyntaxError(`${what} at ${this.#at} in: ${this.#text}`);
  }

  isAtEnd(): boolean {
    return this.#at === this.#text.length;
  }

  tryTake(literal: string): boolean {
    if (!this.#text.startsWith(literal, this.#at)) return false;
    this.#at += literal.length;
    return true;
  }

  take(literal: string): void {
    if (!this.tryTake(literal)) this.fail(`expected ${JSON.stringify(literal)}`);
  }

  match(pattern: RegExp, what: string): string {
    const sticky = new RegExp(pattern.source, 'uy');
    sticky.lastIndex = this.#at;
    const found = sticky.exec(this.#text)?.[0];
    if (found === undefined || found === '') return this.fail(`expected ${what}`);
    this.#at += found.length;
    return found;
  }

  rest(): string {
    const rest = this.#text.slice(this.#at);
    this.#at = this.#text.length;
    return rest;
  }

  labels(): Map<string, string> {
    const labels = new Map<string, string>();
    if (this.tryTake('}')) return labels;
    do {
      const name = this.match(/[a-zA-Z_][a-zA-Z0-9_]*/, 'a label name');
      this.take('="');
      if (labels.has(name)) this.fail(`second label ${name}`);
      labels.set(name, this.#quoted());
    } while (this.tryTake(','));
    this.take('}');
    return labels;
  }

  #quoted(): string {
    let text = '';
    while (!this.tryTake('"')) {
      if (this.isAtEnd()) this.fail('unterminated value');
      if (this.tryTake('\\')) text += unescape(this.match(/[\\"n]/, 'an escape'));
      else text += this.match(/[^\\"\n]/, 'a character');
    }
    return text;
  }

  number(): number {
    const text = this.match(/\S+/, 'a number');
    if (text === 'NaN') return Number.NaN;
    if (text === '+Inf') return Infinity;
    if (text === '-Inf') return -Infinity;
    if (!/^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)) this.fail(`bad number ${text}`);
    return Number(text);
  }
}

function unescape(character: string): string {
  return character === 'n' ? '\n' : character;
}

/** Canonical text of a bound in OpenMetrics for the magnitudes that the specification lists. */
function isCanonical(text: string): boolean {
  if (text === '+Inf') return true;
  const value = Number(text);
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return text === `${value}.0`;
  return /^-?\d+(?:\.\d+)?(?:e[+-]\d{2,})?$/.test(text);
}

/** Reads an exposition. @throws SyntaxError where it breaks the format. */
export function parseExposition(text: string, format: 'text' | 'openmetrics'): Map<string, ParsedFamily> {
  if (!text.endsWith('\n')) throw new SyntaxError('the last line has no line feed');
  const lines = text.slice(0, -1).split('\n');
  if (format === 'openmetrics' && lines.pop() !== '# EOF') throw new SyntaxError('the last line is not # EOF');
  const families = new Map<string, ParsedFamily>();
  const seen = new Set<string>();
  let current: ParsedFamily | undefined;
  for (const raw of lines) {
    const line = new Line(raw);
    if (raw.startsWith('#')) {
      current = readHead(line, families, current, format);
      continue;
    }
    if (raw === '') {
      if (format === 'openmetrics') line.fail('empty line');
      continue;
    }
    const sample = readSample(line, format);
    const key = JSON.stringify([sample.name, [...sample.labels].sort()]);
    if (seen.has(key)) line.fail('the same series twice');
    seen.add(key);
    if (current === undefined || !belongs(sample.name, current, format))
      return line.fail('a sample outside of its family');
    current.samples.push(sample);
  }
  for (const family of families.values()) checkFamily(family, format);
  return families;
}

function readHead(
  line: Line,
  families: Map<string, ParsedFamily>,
  current: ParsedFamily | undefined,
  format: 'text' | 'openmetrics',
): ParsedFamily {
  line.take('# ');
  const keyword = line.match(/HELP|TYPE|UNIT/, 'HELP, TYPE or UNIT');
  line.take(' ');
  const name = line.match(/[a-zA-Z_:][a-zA-Z0-9_:]*/, 'a metric name');
  line.take(' ');
  let family = families.get(name);
  if (family === undefined) {
    family = { name, type: undefined, help: undefined, unit: undefined, samples: [] };
    families.set(name, family);
  } else if (family !== current || family.samples.length > 0) {
    line.fail('a family in two parts');
  }
  const value = line.rest();
  if (keyword === 'HELP') {
    if (family.help !== undefined) line.fail('second HELP');
    if (format === 'openmetrics' && /(?:^|[^\\])(?:\\\\)*"/.test(value)) line.fail('a quote that is not escaped');
    family.help = value.replace(/\\([\\"n])/g, (_, character: string) => unescape(character));
  } else if (keyword === 'TYPE') {
    if (family.type !== undefined) line.fail('second TYPE');
    if (!(value in SUFFIXES)) line.fail('an unknown type');
    family.type = value;
  } else {
    if (format === 'text') line.fail('UNIT in text 0.0.4');
    if (!name.endsWith(`_${value}`)) line.fail('a name without its unit');
    family.unit = value;
  }
  return family;
}

function readSample(line: Line, format: 'text' | 'openmetrics'): ParsedSample {
  const name = line.match(/[a-zA-Z_:][a-zA-Z0-9_:]*/, 'a metric name');
  const labels = line.tryTake('{') ? line.labels() : new Map<string, string>();
  line.take(' ');
  const value = line.number();
  if (line.isAtEnd()) return { name, labels, value };
  if (format === 'text') return line.fail('more after the value');
  if (!/_total$|_bucket$/.test(name)) line.fail('an exemplar on another line than a counter or a bucket');
  line.take(' # {');
  const exemplarLabels = line.labels();
  if ([...exemplarLabels].join('').replaceAll(',', '').length > 128) line.fail('exemplar labels above 128 characters');
  line.take(' ');
  const exemplarValue = line.number();
  const timestamp = line.tryTake(' ') ? line.number() : undefined;
  if (!line.isAtEnd()) line.fail('more after the exemplar');
  return { name, labels, value, exemplar: { labels: exemplarLabels, value: exemplarValue, timestamp } };
}

function belongs(name: string, family: ParsedFamily, format: 'text' | 'openmetrics'): boolean {
  const type = family.type ?? 'untyped';
  if (format === 'text' && type === 'counter') return name === family.name;
  return (SUFFIXES[type] ?? []).some((suffix) => name === family.name + suffix);
}

function checkFamily(family: ParsedFamily, format: 'text' | 'openmetrics'): void {
  const fail = (what: string): never => {
    throw new SyntaxError(`${family.name}: ${what}`);
  };
  if (family.type === undefined || family.help === undefined) fail('no TYPE or no HELP');
  if (format === 'openmetrics' && family.type === 'counter' && family.name.endsWith('_total'))
    fail('_total in the family name');
  if (family.type !== 'histogram') return;
  const groups = new Map<string, { bounds: number[]; counts: number[]; sum?: number; count?: number }>();
  for (const { name, labels, value } of family.samples) {
    const le = labels.get('le');
    const key = JSON.stringify([...labels].filter(([label]) => label !== 'le').sort());
    const group = groups.get(key) ?? { bounds: [], counts: [] };
    groups.set(key, group);
    if (name.endsWith('_bucket')) {
      if (le === undefined) return fail('a bucket without le');
      if (format === 'openmetrics' && !isCanonical(le)) fail(`le="${le}" is not canonical`);
      group.bounds.push(le === '+Inf' ? Infinity : Number(le));
      group.counts.push(value);
    } else if (name.endsWith('_sum')) group.sum = value;
    else if (name.endsWith('_count')) group.count = value;
  }
  for (const { bounds, counts, sum, count } of groups.values()) {
    if (bounds.at(-1) !== Infinity) fail('no +Inf bucket');
    if (bounds.some((bound, index) => !(bound > (bounds[index - 1] ?? -Infinity)))) fail('bounds that do not rise');
    if (counts.some((each, index) => each < (counts[index - 1] ?? 0))) fail('counts that fall');
    if (count !== counts.at(-1) || sum === undefined) fail('no _count equal to the +Inf bucket, or no _sum');
  }
}

/** The value of one sample, by name and labels; `undefined` where there is none. */
export function sampleValue(
  families: ReadonlyMap<string, ParsedFamily>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const wanted = Object.entries(labels);
  for (const family of families.values()) {
    const found = family.samples.find(
      (sample) =>
        sample.name === name &&
        sample.labels.size === wanted.length &&
        wanted.every(([key, value]) => sample.labels.get(key) === value),
    );
    if (found !== undefined) return found.value;
  }
  return undefined;
}

/** Sum over all samples of a name whose labels contain the given ones: what `sum(name{…})` gives. */
export function sumOf(
  families: ReadonlyMap<string, ParsedFamily>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  let sum = 0;
  for (const family of families.values()) {
    for (const sample of family.samples) {
      if (sample.name !== name) continue;
      if (Object.entries(labels).every(([key, value]) => sample.labels.get(key) === value)) sum += sample.value;
    }
  }
  return sum;
}
