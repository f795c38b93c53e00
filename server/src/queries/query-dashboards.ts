/** Queries in dashboards of Grafana: panels at any depth, annotations and variables. */
import { parseTree, type Node as JsonNode, type ParseError } from 'jsonc-parser';
import { jsonProblem } from '../json-errors.ts';
import { LOGQL, type Query, type QueryFile, type QueryPlace, type QueryText } from './query-files.ts';
import { alignString } from '../source-map.ts';

const LABEL_VALUES = /^(\s*label_values\(\s*)([^]*?)(\s*,\s*)([A-Za-z_]\w*)\s*\)\s*$/;
const QUERY_RESULT = /^(\s*query_result\(\s*)([^]*?)\s*\)\s*$/;

/** Sources that answer PromQL; one that is not named can be any. */
const PROMQL_SOURCE = /prom|mimir|cortex|thanos|victoria|amazonprometheus/i;
const OTHER_SOURCE =
  /loki|tempo|elastic|influx|graphite|cloudwatch|sql|postgres|jaeger|opensearch|zipkin|stackdriver|parca|pyroscope|testdata|__expr__/i;

const part = (whole: QueryText, from: number, to: number): QueryText => ({
  text: whole.text.slice(from, to),
  positionOf: (offset) => whole.positionOf(from + offset),
});

/** The query of a variable: `label_values(selector, label)` is a selector and a label of it. */
function variableQuery(text: QueryText, place: QueryPlace): Query | undefined {
  const result = QUERY_RESULT.exec(text.text);
  if (result) {
    const [, opening = '', expression = ''] = result;
    return { expression: part(text, opening.length, opening.length + expression.length), templates: [], place };
  }
  const match = LABEL_VALUES.exec(text.text);
  if (match === null) return undefined;
  const [, opening = '', selector = '', comma = '', label = ''] = match;
  const start = opening.length + selector.length + comma.length;
  const name = part(text, start, start + label.length);
  const template: QueryText = {
    text: `{{${name.text}}}`,
    positionOf: (offset) => name.positionOf(Math.max(0, offset - 2)),
  };
  return { expression: part(text, opening.length, opening.length + selector.length), templates: [template], place };
}

/** What a query inherits from the objects around it. */
interface Around {
  readonly title: string;
  readonly kind: QueryPlace['kind'];
  /** False where the queries go to a source that does not speak PromQL. */
  readonly isPromql: boolean;
}

class Dashboard {
  readonly #source: string;
  readonly #sources = new Map<string, string>();
  readonly queries: Query[] = [];

  constructor(source: string, root: JsonNode) {
    this.#source = source;
    for (const variable of memberOf(memberOf(root, 'templating'), 'list')?.children ?? [])
      if (textIn(variable, 'type') === 'datasource')
        this.#sources.set(textIn(variable, 'name') ?? '', textIn(variable, 'query') ?? '');
    this.#visit(root, { title: textIn(root, 'title') ?? '', kind: 'panel', isPromql: true });
  }

  #field(object: JsonNode, name: string): QueryText | undefined {
    const value = memberOf(object, name);
    if (value?.type !== 'string') return undefined;
    const text = value.value as string;
    return { text, positionOf: alignString(this.#source, value.offset, text) };
  }

  #visit(node: JsonNode, around: Around): void {
    let inside = around;
    if (node.type === 'object') {
      inside = this.#inside(node, around);
      this.#add(node, inside);
    }
    for (const child of node.children ?? []) {
      const key: unknown = child.type === 'property' ? child.children?.[0]?.value : undefined;
      const kind = key === 'annotations' ? 'annotation' : key === 'templating' ? 'variable' : inside.kind;
      this.#visit(child, kind === inside.kind ? inside : { ...inside, kind });
    }
  }

  #inside(node: JsonNode, around: Around): Around {
    const title =
      around.kind === 'panel'
        ? textIn(node, 'title')
        : (textIn(node, 'name') ?? textIn(memberOf(node, 'spec'), 'name'));
    return {
      ...around,
      ...(title === undefined || title === '' ? {} : { title }),
      isPromql: this.#asksPrometheus(node) ?? around.isPromql,
    };
  }

  #asksPrometheus(node: JsonNode): boolean | undefined {
    const source = memberOf(node, 'datasource');
    // Schema 2 names the kind of source beside the query.
    const named =
      textIn(source, 'type') ??
      (source?.type === 'string' ? (source.value as string) : textIn(source, 'uid')) ??
      (memberOf(node, 'spec') ? textIn(node, 'group') : undefined);
    if (named === undefined) return undefined;
    const variable = /^\$\{?(\w+)\}?$/.exec(named)?.[1];
    const kind = (variable === undefined ? undefined : this.#sources.get(variable)) ?? named;
    return PROMQL_SOURCE.test(kind) ? true : OTHER_SOURCE.test(kind) ? false : undefined;
  }

  #add(node: JsonNode, { title, kind, isPromql }: Around): void {
    if (!isPromql) return;
    const place: QueryPlace = { kind, title };
    const expression = this.#field(node, 'expr');
    if (expression !== undefined && !LOGQL.test(expression.text)) {
      const legend = this.#field(node, 'legendFormat');
      this.queries.push({ expression, templates: legend === undefined ? [] : [legend], place });
    }
    if (textIn(node, 'type') !== 'query') return;
    const inner = memberOf(node, 'query');
    const asked = this.#field(node, 'query') ?? (inner && this.#field(inner, 'query'));
    const query = asked && variableQuery(asked, { kind: 'variable', title });
    if (query) this.queries.push(query);
  }
}

function memberOf(node: JsonNode | undefined, name: string): JsonNode | undefined {
  return node?.type === 'object'
    ? node.children?.find(({ children }) => children?.[0]?.value === name)?.children?.[1]
    : undefined;
}

function textIn(node: JsonNode | undefined, name: string): string | undefined {
  const value = memberOf(node, name);
  return value?.type === 'string' ? (value.value as string) : undefined;
}

/** Queries of a dashboard; of a broken one those that stand before and around the mistake. */
export function queriesOfDashboard(path: string, source: string): QueryFile {
  const errors: ParseError[] = [];
  const root = parseTree(source, errors, { allowTrailingComma: false });
  const [error] = errors;
  const broken = error && { message: `${jsonProblem(error.error)} here.`, offset: error.offset };
  return {
    path,
    kind: 'dashboard',
    queries: root === undefined ? [] : new Dashboard(source, root).queries,
    expected: [],
    ...(broken ? { error: broken } : {}),
  };
}
