/**
 * Which exposition format and which content encoding a scrape gets: the preference lists of RFC 9110 §12.5, read once
 * per request. Nothing here fails: what cannot be read counts as not sent.
 */

/** An exposition format that the endpoint can write. */
export type ExpositionFormat = 'text' | 'openmetrics';

/** A content encoding that the endpoint can write. */
export type ContentEncoding = 'identity' | 'gzip';

/** `Content-Type` of each format: Prometheus text format 0.0.4, and OpenMetrics 1.0. */
export const CONTENT_TYPES = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
} as const satisfies Record<ExpositionFormat, string>;

/** Media type and version that an `Accept` range must name to mean a format. */
const MEDIA: Record<ExpositionFormat, { readonly type: string; readonly group: string; readonly version: string }> = {
  text: { type: 'text/plain', group: 'text/*', version: '0.0.4' },
  openmetrics: { type: 'application/openmetrics-text', group: 'application/*', version: '1.0.0' },
};

interface Preference {
  readonly value: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly q: number;
}

/** A list element or a parameter, where a quoted string may hold the separators. */
const ELEMENT = /(?:[^,"]|"(?:[^"\\]|\\.)*"?)+/g;
const PARAMETER = /(?:[^;"]|"(?:[^"\\]|\\.)*"?)+/g;

/** Headers longer than this are cut: a scraper sends about 200 characters. */
const MAX_HEADER = 4096;

function parseQuality(text: string | undefined): number {
  if (text === undefined) return 1;
  return /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(text) ? Number(text) : 0;
}

/** The elements of an `Accept`-like header in the order of the header; an unreadable q-value counts as 0. */
function parsePreferences(header: string): Preference[] {
  const preferences: Preference[] = [];
  for (const [element] of header.slice(0, MAX_HEADER).matchAll(ELEMENT)) {
    const [value = '', ...rest] = (element.match(PARAMETER) ?? []).map((part) => part.trim());
    if (value === '') continue;
    const parameters = new Map<string, string>();
    for (const parameter of rest) {
      const equals = parameter.indexOf('=');
      if (equals < 0) continue;
      const text = parameter.slice(equals + 1).trim();
      const unquoted = /^".*"$/s.test(text) ? text.slice(1, -1).replace(/\\(.)/gs, '$1') : text;
      parameters.set(parameter.slice(0, equals).trim().toLowerCase(), unquoted);
    }
    preferences.push({ value: value.toLowerCase(), parameters, q: parseQuality(parameters.get('q')) });
  }
  return preferences;
}

/** How closely a range names a format: 0 = not at all, 4 = type and version. */
function specificity(format: ExpositionFormat, { value, parameters }: Preference): number {
  const { type, group, version } = MEDIA[format];
  if (value === type) {
    const asked = parameters.get('version');
    if (asked === undefined) return 3;
    return asked === version ? 4 : 0;
  }
  if (value === group) return 2;
  return value === '*/*' ? 1 : 0;
}

/**
 * The format that an `Accept` header prefers. The closest range decides the quality of a format; of equal qualities the
 * closer named wins, then the earlier named, then the earlier in `formats`. Without a match the first of `formats` is
 * served: a scraper that names something else can still read text, and 406 would only hide the metrics.
 */
export function negotiateFormat(
  accept: string | undefined,
  formats: readonly [ExpositionFormat, ...ExpositionFormat[]] = ['text', 'openmetrics'],
): ExpositionFormat {
  if (accept === undefined || accept.trim() === '') return formats[0];
  const preferences = parsePreferences(accept);
  let best: { format: ExpositionFormat; q: number; closeness: number; position: number } | undefined;
  for (const format of formats) {
    let closeness = 0;
    let position = -1;
    preferences.forEach((preference, index) => {
      const found = specificity(format, preference);
      if (found > closeness) [closeness, position] = [found, index];
    });
    const q = preferences[position]?.q ?? 0;
    if (q === 0) continue;
    const order = best && (q - best.q || closeness - best.closeness || best.position - position);
    if (order === undefined || order > 0) best = { format, q, closeness, position };
  }
  return best?.format ?? formats[0];
}

/**
 * The encoding that an `Accept-Encoding` header prefers: gzip when it is accepted and not ranked below `identity`.
 * No header means `identity`, which is also served when nothing is acceptable.
 */
export function negotiateEncoding(acceptEncoding: string | undefined): ContentEncoding {
  if (acceptEncoding === undefined) return 'identity';
  const qualities = new Map(parsePreferences(acceptEncoding).map(({ value, q }) => [value, q]));
  const gzip = qualities.get('gzip') ?? qualities.get('x-gzip') ?? qualities.get('*') ?? 0;
  return gzip > 0 && gzip >= (qualities.get('identity') ?? 0) ? 'gzip' : 'identity';
}
