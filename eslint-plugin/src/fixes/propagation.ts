import type { PropagationPlan } from '../analysis/propagation.ts';
import type { Suggestion } from '../rules/create-rule.ts';
import { addImport, replace, type Edit } from './edits.ts';

type Plan<K extends PropagationPlan['kind']> = Extract<PropagationPlan, { kind: K }>;
type Names = Plan<'publish'>['names'];
type Place = Plan<'publish'>['places'][number];

const SETTER = '{ set: (carrier, key, value) => carrier.set(key, value) }';
const GETTER = '{ get: (carrier, key) => carrier?.get(key), keys: (carrier) => carrier?.keys() ?? [] }';

/** Edits that carry trace context over a boundary; titles say what they do. */
export function propagationSuggestions(plan: PropagationPlan | undefined, text: string): readonly Suggestion[] {
  switch (plan?.kind) {
    case 'publish':
      return [{ title: 'Inject the active context into the message', edits: publishEdits(plan, text) }];
    case 'consume':
      return [
        { title: 'Extract the context of the message and run the handler in it', edits: parentEdits(plan, text) },
        { title: "Start a consumer span with a link to the sender's span", edits: linkEdits(plan, text) },
      ];
    case 'carrier':
      return [carrierSuggestion(plan, text)];
    case 'server':
      return [
        {
          title: `Continue the trace of \`${plan.headers}\``,
          edits: [
            ...importEdits(plan.names, text),
            {
              start: plan.offset,
              end: plan.offset,
              text: `, ${plan.names.propagation}.extract(${plan.names.context}.active(), ${plan.headers})`,
            },
          ],
        },
      ];
    case 'root':
      return [
        {
          title: `Start from \`${plan.names.context}.active()\``,
          edits: [...contextImport(plan.names, text), replace(plan.range, `${plan.names.context}.active()`)],
        },
      ];
    default:
      return [];
  }
}

function publishEdits(plan: Plan<'publish'>, text: string): readonly Edit[] {
  const { names, variable, style } = plan;
  const indent = indentAt(text, plan.statement);
  const end = semicolon(text);
  const type = names.typescript ? ': Record<string, string>' : '';
  const edits: Edit[] = [...importEdits(names, text)];
  if (style === 'nats') {
    edits.push(...addNatsImport(text, names));
    edits.push(
      insert(
        plan.statement,
        `const ${variable} = natsHeaders()${end}\n${indent}${names.propagation}.inject(${names.context}.active(), ${variable}, ${SETTER})${end}\n${indent}`,
      ),
    );
  } else {
    edits.push(
      insert(
        plan.statement,
        `const ${variable}${type} = {}${end}\n${indent}${names.propagation}.inject(${names.context}.active(), ${variable})${end}\n${indent}`,
      ),
    );
  }
  const value =
    style === 'aws'
      ? `Object.fromEntries(Object.entries(${variable}).map(([key, value]) => [key, { DataType: 'String', StringValue: value }]))`
      : variable;
  for (const place of plan.places) edits.push(placeEdit(place, value, text));
  return edits;
}

/** The carrier written into one place of the call. */
function placeEdit(place: Place, value: string, text: string): Edit {
  const entry = (property: string): string => (property === value ? value : `${property}: ${value}`);
  switch (place.at) {
    case 'object':
      return appendEntry(place.range, place.empty, entry(place.property), text);
    case 'spread':
      return appendEntry(place.range, place.empty, `...${value}`, text);
    case 'merge':
      return replace(
        place.range,
        `{ ...${spreadable(text.slice(place.range.start, place.range.end))}, ${entry(place.property)} }`,
      );
    case 'merge-entries':
      return replace(place.range, `{ ...${spreadable(text.slice(place.range.start, place.range.end))}, ...${value} }`);
    case 'argument':
      return insert(place.offset, place.property === '' ? `, ${value}` : `, { ${entry(place.property)} }`);
    case 'map': {
      const list = text.slice(place.range.start, place.range.end);
      const item =
        place.below === undefined
          ? `{ ...item, ${place.property}: { ...item.${place.property}, ...${value} } }`
          : `{ ...item, ${place.below}: { ...item.${place.below}, ${entry(place.property)} } }`;
      return replace(place.range, `${/^[\w.$[\]]+$/.test(list) ? list : `(${list})`}.map((item) => (${item}))`);
    }
  }
}

/** Adds the last entry of an object literal in the style of the others: on its own line, with the comma they have. */
function appendEntry(
  range: { readonly start: number; readonly end: number },
  empty: boolean,
  entry: string,
  text: string,
): Edit {
  if (empty) return replace(range, `{ ${entry} }`);
  const inner = text.slice(range.start + 1, range.end - 1);
  const trimmed = inner.trimEnd();
  const at = range.start + 1 + trimmed.length;
  const isMultiline = inner.includes('\n');
  const gap = isMultiline ? `\n${firstIndent(inner)}` : ' ';
  if (trimmed.endsWith(',')) return insert(at, `${gap}${entry},`);
  return insert(at, `,${gap}${entry}${isMultiline && usesTrailingCommas(text) ? ',' : ''}`);
}

function firstIndent(inner: string): string {
  return /\n([ \t]*)\S/.exec(inner)?.[1] ?? '';
}

function usesTrailingCommas(text: string): boolean {
  return /,\s*\n\s*[}\])]/.test(text);
}

function spreadable(expression: string): string {
  return /^[\w.$?!()[\]]+$/.test(expression) ? expression : `(${expression})`;
}

function extraction(plan: Plan<'consume'>): string {
  const { names, carrier, values } = plan;
  const extract = `${names.propagation}.extract(${names.context}.active(), `;
  if (values === 'buffers')
    return `${extract}Object.fromEntries(Object.entries(${carrier} ?? {}).map(([key, value]) => [key, value?.toString()])))`;
  if (values === 'accessor') return `${extract}${carrier}, ${GETTER})`;
  return `${extract}${carrier} ?? {})`;
}

function parentEdits(plan: Plan<'consume'>, text: string): readonly Edit[] {
  const { names, body } = plan;
  const open = `${names.context}.with(${extraction(plan)}, ${plan.isAsync ? 'async ' : ''}() => `;
  if (plan.concise) return [...importEdits(names, text), insert(body.start, open), insert(body.end, ')')];
  return [...importEdits(names, text), ...wrapBody(plan, text, `return ${open}{`, `})${semicolon(text)}`)];
}

function linkEdits(plan: Plan<'consume'>, text: string): readonly Edit[] {
  const { names, body, isAsync } = plan;
  const { trace } = names;
  const all = {
    ...names,
    missing: [
      ...names.missing,
      ...(names.traceMissing ? [{ name: 'trace', local: trace }] : []),
      ...(names.spanKindMissing ? [{ name: 'SpanKind', local: 'SpanKind' }] : []),
    ],
  };
  const sender = `${trace}.getSpanContext(${extraction(plan)})`;
  const options = `{ kind: SpanKind.CONSUMER, links: sender ? [{ context: sender }] : [] }`;
  const end = semicolon(text);
  const indent = indentAt(text, body.start);
  const start = `const sender = ${sender}${end}\n${indent}  return ${trace}.getTracer('messaging').startActiveSpan('process', ${options}, ${isAsync ? 'async ' : ''}(span) => {\n${indent}  try {`;
  const finish = `} finally {\n${indent}    span.end()${end}\n${indent}  }\n${indent}  })${end}`;
  if (plan.concise) {
    const expression = text.slice(body.start, body.end);
    return [
      ...importEdits(all, text),
      replace(
        body,
        `{\n${indent}  ${start}\n${indent}    return ${expression}${end}\n${indent}  ${finish}\n${indent}}`,
      ),
    ];
  }
  return [...importEdits(all, text), ...wrapBody(plan, text, start, finish)];
}

/** Puts a body between two texts; the lines of the body stay as they are. */
function wrapBody(plan: Plan<'consume'>, text: string, open: string, close: string): readonly Edit[] {
  const indent = indentAt(text, plan.body.start);
  const before = text.slice(0, plan.body.end);
  const tail = /[ \t]*$/.exec(before)?.[0].length ?? 0;
  const isOwnLine = before.charAt(before.length - tail - 1) === '\n';
  return [
    insert(plan.body.start, `\n${indent}  ${open}`),
    isOwnLine
      ? replace({ start: plan.body.end - tail, end: plan.body.end }, `${indent}  ${close}\n${indent}`)
      : insert(plan.body.end, `\n${indent}  ${close}\n${indent}`),
  ];
}

function carrierSuggestion(plan: Plan<'carrier'>, text: string): Suggestion {
  const { range, direction, holder } = plan;
  const carrier = text.slice(range.start, range.end);
  if (direction === 'inject')
    return { title: 'Pass a setter that calls `set` of the carrier', edits: [insert(range.end, `, ${SETTER}`)] };
  if (holder === 'nats')
    return { title: 'Pass a getter that calls `get` of the carrier', edits: [insert(range.end, `, ${GETTER}`)] };
  if (holder === 'buffers')
    return {
      title: 'Turn the Buffers of the headers into text first',
      edits: [
        replace(
          range,
          `Object.fromEntries(Object.entries(${carrier} ?? {}).map(([key, value]) => [key, value?.toString()]))`,
        ),
      ],
    };
  return {
    title: `Extract from a plain object: \`Object.fromEntries(${carrier})\``,
    edits: [replace(range, `Object.fromEntries(${carrier})`)],
  };
}

function insert(offset: number, text: string): Edit {
  return { start: offset, end: offset, text };
}

/** Adds what is missing to the import of the API, or a new import. */
function importEdits(names: Names, text: string): readonly Edit[] {
  if (names.missing.length === 0) return [];
  const list = names.missing
    .map((m) => (m.name === m.local ? m.name : `${m.name}${names.commonJs ? ':' : ' as'} ${m.local}`))
    .join(', ');
  if (names.importAt !== undefined) return [insert(names.importAt, `, ${list}`)];
  const quote = /from\s+"/.test(text) || /require\("/.test(text) ? '"' : "'";
  const source = `${quote}@opentelemetry/api${quote}${semicolon(text)}`;
  return names.commonJs
    ? [insertTop(text, `const { ${list} } = require(${quote}@opentelemetry/api${quote})${semicolon(text)}`)]
    : addImport(text, `import { ${list} } from ${source}`, '\u0000');
}

/** Only `context`, for edits that need nothing else. */
function contextImport(names: Names, text: string): readonly Edit[] {
  return importEdits({ ...names, missing: names.missing.filter((m) => m.name === 'context') }, text);
}

function addNatsImport(text: string, names: Names): readonly Edit[] {
  const source = /(?:from\s+|require\()(['"])(nats|@nats-io\/[\w-]+)\1/.exec(text)?.[2] ?? 'nats';
  const end = semicolon(text);
  return names.commonJs
    ? [insertTop(text, `const { headers: natsHeaders } = require('${source}')${end}`)]
    : addImport(text, `import { headers as natsHeaders } from '${source}'${end}`, 'natsHeaders');
}

function insertTop(text: string, line: string): Edit {
  const at = /^(?:#![^\n]*\n|(?:['"]use strict['"];?\s*\n))*/.exec(text)?.[0].length ?? 0;
  return insert(at, `${line}\n`);
}

function indentAt(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start))?.[0] ?? '';
}

/** `;` unless the file does without. */
function semicolon(text: string): string {
  return /;[ \t]*(?:\r?\n|$)/.test(text) ? ';' : '';
}
