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
  const edits: Edit[] = [...importEdits(names, text), ...typeEdits(plan.types, text)];
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
  const around = [...importEdits(names, text), ...typeEdits(plan.types, text)];
  if (plan.concise) return [...around, insert(body.start, open), insert(body.end, ')')];
  return [...around, wrapBody(plan, text, [`return ${open}{`], [`})${semicolon(text)}`])];
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
  const options = `{ kind: SpanKind.CONSUMER, links: sender ? [{ context: sender }] : [] }`;
  const end = semicolon(text);
  const open = [
    `const sender = ${trace}.getSpanContext(${extraction(plan)})${end}`,
    `return ${trace}.getTracer('messaging').startActiveSpan('process', ${options}, ${isAsync ? 'async ' : ''}(span) => {`,
    '  try {',
  ];
  const close = ['  } finally {', `    span.end()${end}`, '  }', `})${end}`];
  const around = [...importEdits(all, text), ...typeEdits(plan.types, text)];
  if (!plan.concise) return [...around, wrapBody(plan, text, open, close)];
  const indent = indentAt(text, body.start);
  const inside = [...open, `    return ${text.slice(body.start, body.end)}${end}`, ...close];
  return [...around, replace(body, `{\n${inside.map((line) => `${indent}  ${line}\n`).join('')}${indent}}`)];
}

/** Puts a body between lines that are indented as its statements are; the last of `open` says how deep the body goes. */
function wrapBody(plan: Plan<'consume'>, text: string, open: readonly string[], close: readonly string[]): Edit {
  const { body } = plan;
  const indent = indentAt(text, body.start);
  const inner = text.slice(body.start, body.end);
  const firstLine = /\n([ \t]*)\S/.exec(inner)?.[1] ?? '';
  const unit = firstLine.length > indent.length && firstLine.startsWith(indent) ? firstLine.slice(indent.length) : '  ';
  const deeper = unit.repeat(1 + (/^ */.exec(open.at(-1) ?? '')?.[0].length ?? 0) / 2);
  const lines = (list: readonly string[]): string =>
    list.map((line) => `${indent}${unit}${line.replace(/^(?: {2})+/, (s) => unit.repeat(s.length / 2))}\n`).join('');
  const newline = inner.indexOf('\n');
  if (
    newline < 0 ||
    inner
      .slice(0, newline)
      .trim()
      .replace(/^\/\/.*/, '') !== ''
  )
    return replace(body, `\n${lines(open)}${indent}${unit}${deeper}${inner.trim()}\n${lines(close)}${indent}`);
  const kept = new Set(plan.verbatim);
  let out = '';
  for (let at = body.start + newline + 1; at < body.end;) {
    const next = text.indexOf('\n', at) + 1;
    const end = next === 0 || next > body.end ? body.end : next;
    const line = text.slice(at, end);
    if (line.trim() !== '') out += kept.has(at) ? line : deeper + line;
    else if (end < body.end) out += line;
    at = end;
  }
  return replace(
    body,
    `${inner.slice(0, newline + 1)}${lines(open)}${out.replace(/[ \t]*$/, '').replace(/([^\n])$/, '$1\n')}${lines(close)}${indent}`,
  );
}

/** Lets the written type of a message have the carrier. */
function typeEdits(changes: Plan<'publish'>['types'], text: string): readonly Edit[] {
  return changes.map(({ at, range, property }) => {
    const source = text.slice(range.start, range.end);
    const member = `${property}?: Record<string, string>`;
    if (at === 'type') return replace(range, `${/^[\w.<>]+$/.test(source) ? source : `(${source})`} & { ${member} }`);
    const inner = source.slice(1, -1);
    const trimmed = inner.trimEnd();
    const offset = range.start + 1 + trimmed.length;
    const end = /[;,]$/.exec(trimmed)?.[0];
    if (trimmed === '') return replace(range, `{ ${member} }`);
    if (!inner.includes('\n')) return insert(offset, `${end === undefined ? '; ' : ' '}${member}`);
    return insert(offset, `\n${firstIndent(inner)}${member}${end ?? ''}`);
  });
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
    : [insert(importOffset(text), `import { ${list} } from ${source}\n`)];
}

/** Where an import of a package goes: before the imports of other packages and files, after those that only run something. */
function importOffset(text: string): number {
  const pattern = /^import\b(?:[^;'"]*?\sfrom\b)?\s*['"][^'"\n]+['"][^\n]*\n/gm;
  const imports = [...text.matchAll(pattern)];
  const first = imports.find(([line]) => !/^import\s*['"]|['"]node:/.test(line));
  if (first) return first.index;
  const last = imports.at(-1);
  return last ? last.index + last[0].length : topOffset(text);
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
  return insert(topOffset(text), `${line}\n`);
}

/** Behind the directives of a file. */
function topOffset(text: string): number {
  return /^(?:#![^\n]*\n|(?:['"]use strict['"];?\s*\n))*/.exec(text)?.[0].length ?? 0;
}

function indentAt(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start))?.[0] ?? '';
}

/** `;` unless the file does without. */
function semicolon(text: string): string {
  return /;[ \t]*(?:\r?\n|$)/.test(text) ? ';' : '';
}
