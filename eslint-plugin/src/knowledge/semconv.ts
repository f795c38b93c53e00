import { attributeRows, eventRows, metricRows, prefixRows } from './semconv.generated.ts';

/** What the OpenTelemetry semantic conventions say about a name. */
export interface SemconvEntry {
  /** Full name, or for a family of keys (`http.request.header.`) the part before the free one. */
  readonly name: string;
  /** `legacy`: only among the old `SEMATTRS_` and `SEMRESATTRS_` constants. */
  readonly stability: 'stable' | 'incubating' | 'legacy';
  readonly deprecated: boolean;
  /** The one name that takes over with the same meaning; absent when several or none do. */
  readonly successor?: string;
  /** Tagged as deprecated in the package because other conventions look after it now; the name stays valid. */
  readonly moved: boolean;
  /** Members of the enum, empty for other types; more may be in use, so their number is typical and no limit. */
  readonly values: readonly (string | number)[];
}

function entryOf(row: string): SemconvEntry {
  const [name = '', flags = '', successor = '', members = ''] = row.split('|');
  const values = members === '' ? [] : members.split(',');
  return {
    name,
    stability: flags.includes('s') ? 'stable' : flags.includes('l') ? 'legacy' : 'incubating',
    deprecated: flags.includes('d'),
    ...(successor === '' ? {} : { successor }),
    moved: flags.includes('m'),
    values: flags.includes('n') ? values.map(Number) : values,
  };
}

/** Splits the rows on first use and reads a row when it is asked for. */
function lookup(rows: string): (name: string) => SemconvEntry | undefined {
  let byName: Map<string, string> | undefined;
  return (name) => {
    byName ??= new Map(
      rows
        .trim()
        .split('\n')
        .map((row) => [row.split('|', 1)[0] ?? '', row]),
    );
    const row = byName.get(name);
    return row === undefined ? undefined : entryOf(row);
  };
}

const exactAttribute = lookup(attributeRows);
const prefixEntries = (): SemconvEntry[] => prefixRows.trim().split('\n').map(entryOf);
let prefixes: SemconvEntry[] | undefined;

/** The entry of an attribute key; keys below a free part (`http.request.header.x`) give the entry of their family. */
export function semconvAttribute(key: string): SemconvEntry | undefined {
  return (
    exactAttribute(key) ??
    (prefixes ??= prefixEntries()).find(({ name }) => key.startsWith(name) && key.length > name.length)
  );
}

/** Names of all attributes that are not only legacy constants. */
export function semconvAttributeNames(): readonly string[] {
  return attributeRows
    .trim()
    .split('\n')
    .filter((row) => !row.endsWith('|l'))
    .map((row) => row.split('|', 1)[0] ?? '');
}

/** The entry of a metric name. */
export const semconvMetric = lookup(metricRows);

/** The entry of an event name. */
export const semconvEvent = lookup(eventRows);

type ConstantKind = 'ATTR' | 'SEMATTRS' | 'METRIC' | 'EVENT';

/** Rows by kind of constant; three names have one constant for the old and the new key, and the last row of a name wins. */
function rowsOfKind(kind: ConstantKind): string[] {
  if (kind === 'METRIC') return metricRows.trim().split('\n');
  if (kind === 'EVENT') return eventRows.trim().split('\n');
  const rows = (prefixRows + attributeRows).trim().split(/\n+/);
  const legacy = rows.filter((row) => row.endsWith('|l'));
  return kind === 'ATTR' ? [...legacy, ...rows.filter((row) => !row.endsWith('|l'))] : [...rows, ...legacy];
}

/** Names by their constant without its prefix, derived for all at once because that is several times as fast. */
function namesByConstant(kind: ConstantKind): Map<string, string> {
  const names = rowsOfKind(kind).map((row) => row.split('|', 1)[0] ?? '');
  const constants = names.join('\n').toUpperCase().replaceAll('.', '_').split('\n');
  return new Map(constants.map((constant, index) => [constant.replace(/_$/, ''), names[index] ?? '']));
}

const constantMaps = new Map<ConstantKind, Map<string, string>>();

/**
 * The attribute key, metric or event name behind a constant of the npm package: `ATTR_URL_FULL`, `SEMATTRS_HTTP_URL`,
 * `METRIC_…`, `EVENT_…`, or a bare `HTTP_URL` as in `SemanticAttributes.HTTP_URL`. The constant of a family of keys is
 * a function; its name ends in a dot. Undefined for an unknown constant.
 */
export function semconvNameOfConstant(constant: string): string | undefined {
  const [, prefix, rest = ''] = /^(?:(ATTR|METRIC|EVENT|SEMATTRS|SEMRESATTRS)_)?(.*)$/.exec(constant) ?? [];
  const kind = prefix === 'METRIC' || prefix === 'EVENT' || prefix === 'ATTR' ? prefix : 'SEMATTRS';
  const names = constantMaps.get(kind) ?? namesByConstant(kind);
  constantMaps.set(kind, names);
  return names.get(rest);
}
