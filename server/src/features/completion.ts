import { CompletionItemKind, CompletionItemTag, type CompletionItem } from 'vscode-languageserver/node';
import { semconvAttribute, semconvAttributeNames } from '../../../eslint-plugin/src/knowledge/semconv.ts';
import { positionsOf, type OpenDocument } from '../documents.ts';
import { labelDomain, labelNamesOf, type IndexedMetric, type MetricIndex } from '../metric-index.ts';
import type { Feature } from './feature.ts';
import { queryItems } from './query-completion.ts';
import { queryFileOf } from './query-target.ts';

/** How far back the call around the cursor is looked for, in characters. */
const WINDOW = 2000;

/** Keys of attributes from the semantic conventions, and labels of the metric that is written to. */
export const completion: Feature = {
  capabilities: () => ({ completionProvider: { triggerCharacters: ["'", '"', '`', '.', '{', ','] } }),
  start(services) {
    const { connection, session } = services;
    connection.onCompletion(async ({ textDocument, position }) => {
      const document = session.documents.get(textDocument.uri);
      if (!document) return null;
      const offset = document.text.offsetAt(position);
      if (queryFileOf(document)) return queryItems(services, document, offset);
      const before = document.text.getText().slice(Math.max(0, offset - WINDOW), offset);
      const attribute = attributeContext(before);
      if (attribute) return attributeItems(document, offset, attribute);
      const label = labelContext(before);
      if (!label) return null;
      const index = await session.recentMetrics(document.path);
      return labelItems(document, offset, label, index);
    });
  },
};

interface Context {
  /** What is typed of the key. */
  readonly typed: string;
  readonly quote: string;
}

/** `span.setAttribute('…`, `span.setAttributes({ '…`. */
function attributeContext(before: string): Context | undefined {
  const single = /\.setAttribute\(\s*(['"`])([\w.]*)$/.exec(before);
  if (single) return { quote: single[1] ?? '', typed: single[2] ?? '' };
  const many = /\.setAttributes\(\s*\{((?:[^{}]|\{[^{}]*\})*)$/.exec(before);
  const key = many && /(?:^|,)\s*(['"]?)([\w.]*)$/.exec(many[1] ?? '');
  return key ? { quote: key[1] ?? '', typed: key[2] ?? '' } : undefined;
}

function attributeItems(document: OpenDocument, offset: number, { typed, quote }: Context): CompletionItem[] {
  const range = positionsOf(document.text, { start: offset - typed.length - quote.length, end: offset });
  return semconvAttributeNames().map((name) => {
    const entry = semconvAttribute(name);
    const text = quote === '' ? (name.includes('.') ? `'${name}'` : name) : quote + name;
    return {
      label: name,
      kind: CompletionItemKind.Constant,
      detail: entry?.deprecated === true ? 'deprecated' : (entry?.stability ?? ''),
      ...(entry?.deprecated === true ? { tags: [CompletionItemTag.Deprecated] } : {}),
      // Names that are stable come first, those that are on their way out last.
      sortText: `${entry?.deprecated === true ? '2' : entry?.stability === 'stable' ? '0' : '1'}${name}`,
      filterText: text,
      textEdit: { range, newText: text },
    };
  });
}

interface LabelContext extends Context {
  /** Last name of what the method is called on. */
  readonly receiver: string;
  readonly given: readonly string[];
}

/** `requests.inc({ method: 'GET', …`, `counter.add(1, { …`. */
function labelContext(before: string): LabelContext | undefined {
  const call =
    /(?:^|[^\w$])(?:[\w$]+\.)*#?([\w$]+)\s*[?!]?\.(?:inc|dec|set|observe|startTimer|labels|remove|zero|(?:add|record)(?=\([^{}()]*,))\([^{}()]*?\{((?:[^{}]|\{[^{}]*\})*)$/.exec(
      before,
    );
  const body = call?.[2];
  const key = body === undefined ? undefined : /(?:^|,)\s*(['"]?)([\w.]*)$/.exec(body);
  if (!call || !key || body === undefined) return undefined;
  const given = [...body.matchAll(/(?:^|,)\s*['"]?([\w.]+)['"]?\s*(?=[:,])/g)].map((m) => m[1] ?? '');
  return { receiver: call[1] ?? '', given, quote: key[1] ?? '', typed: key[2] ?? '' };
}

function labelItems(
  document: OpenDocument,
  offset: number,
  { receiver, given, typed, quote }: LabelContext,
  index: MetricIndex,
): CompletionItem[] {
  const range = positionsOf(document.text, { start: offset - typed.length - quote.length, end: offset });
  return metricsCalled(receiver, document.path, index).flatMap((metric) =>
    labelNamesOf(metric)
      .filter((name) => !given.includes(name))
      .map((name) => {
        const text = quote === '' ? (/^\w+$/.test(name) ? name : `'${name}'`) : quote + name;
        return {
          label: name,
          kind: CompletionItemKind.Field,
          detail: `label of ${metric.definition.name ?? receiver}`,
          documentation: labelDomain(metric, name).replace(/\*\*/g, ''),
          filterText: text,
          textEdit: { range, newText: text },
        };
      }),
  );
}

/** Metrics that a variable or field of this name holds: of this file, else of the workspace where one name means one metric. */
function metricsCalled(name: string, path: string, { metrics }: MetricIndex): readonly IndexedMetric[] {
  const called = metrics.filter(({ definition }) => definition.holder?.name.replace(/^#/, '') === name);
  const own = called.filter((metric) => metric.path === path);
  return own.length > 0 ? own : called.length === 1 ? called : [];
}
