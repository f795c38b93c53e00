import { basename } from 'node:path';
import { MarkupKind, type Hover } from 'vscode-languageserver/node';
import { unboundedKeys } from '../../../eslint-plugin/src/knowledge/semconv-cardinality.ts';
import {
  semconvAttribute,
  semconvNameOfConstant,
  type SemconvEntry,
} from '../../../eslint-plugin/src/knowledge/semconv.ts';
import { positionsOf, type OpenDocument } from '../documents.ts';
import type { Finding, TextRange } from '../findings.ts';
import { targetAt } from '../metric-index.ts';
import { locationOf, touches, type Feature, type Services } from './feature.ts';
import { showsRelated } from './to-diagnostic.ts';
import { liveText } from './live-series.ts';
import { contents, labelText, metricText, queryHover } from './metric-hover.ts';
import { queryFileOf } from './query-target.ts';

/** What is known of a metric, a label, an attribute or a finding under the cursor. */
export const hover: Feature = {
  capabilities: () => ({ hoverProvider: true }),
  start(services) {
    services.connection.onHover(async ({ textDocument, position }) => {
      const document = services.session.documents.get(textDocument.uri);
      return document ? hoverAt(services, document, document.text.offsetAt(position)) : null;
    });
  },
};

async function hoverAt(services: Services, document: OpenDocument, offset: number): Promise<Hover | null> {
  const { session } = services;
  if (queryFileOf(document)) return queryHover(services, document, offset);
  const text = document.text.getText();
  const parts: string[] = [];
  let range: TextRange | undefined;
  const index = await session.recentMetrics(document.path);
  if (session.documents.get(document.uri) !== document) return null;
  const target = targetAt(index, document.path, text, offset);
  if (target) {
    range = target.range;
    const { metric, label } = target;
    const links = await session.links(document.path);
    if (session.documents.get(document.uri) !== document) return null;
    parts.push(label === undefined ? metricText(services, metric, links) : labelText(services, metric, label, links));
    const live = label === undefined ? await liveText(services, metric) : '';
    if (live !== '') parts.push(live);
  }
  const attribute = attributeAt(text, offset);
  if (attribute) {
    range ??= attribute.range;
    parts.push(attributeText(attribute.name, attribute.entry));
  }
  const finding = session.findings.of(document).findings.find((f) => touches(f.range, { start: offset, end: offset }));
  const markdown = services.client.textDocument?.hover?.contentFormat?.includes(MarkupKind.Markdown) !== false;
  // Clients that show related places show the trace with the finding.
  if (finding && (finding.related?.length ?? 0) > 0 && !showsRelated(services)) {
    range ??= finding.range;
    parts.push(traceText(services, finding, markdown));
  }
  if (parts.length === 0 || !range) return null;
  const value = parts.join('\n\n---\n\n');
  return {
    contents: contents(services, value),
    range: positionsOf(document.text, range),
  };
}

const WORD = /(['"`])([\w.-]+)\1|\b(?:ATTR|SEMATTRS|SEMRESATTRS)_\w+/g;

/** A key or constant of the semantic conventions at an offset. */
function attributeAt(
  text: string,
  offset: number,
): { name: string; entry: SemconvEntry; range: TextRange } | undefined {
  const from = text.lastIndexOf('\n', offset - 1) + 1;
  const newline = text.indexOf('\n', offset);
  for (const match of text.slice(from, newline < 0 ? undefined : newline).matchAll(WORD)) {
    const start = from + match.index;
    const range = { start, end: start + match[0].length };
    if (!touches(range, { start: offset, end: offset })) continue;
    const name = match[2] ?? semconvNameOfConstant(match[0]);
    const entry = name?.includes('.') === true ? semconvAttribute(name) : undefined;
    if (name !== undefined && entry) return { name, entry, range };
  }
  return undefined;
}

const STABILITY = { stable: 'stable', incubating: 'not stable yet', legacy: 'an old name' } as const;

function attributeText(name: string, { stability, deprecated, successor, moved, values }: SemconvEntry): string {
  const unbounded = unboundedKeys.find(({ keys }) =>
    keys.some((key) => key === name || (key.endsWith('.*') && name.startsWith(key.slice(0, -1)))),
  );
  return [
    `\`${name}\` of the OpenTelemetry semantic conventions: ${STABILITY[stability]}.`,
    deprecated && !moved ? `Deprecated${successor === undefined ? '' : `; use \`${successor}\``}.` : '',
    values.length > 0 ? `Values: ${values.map((v) => `\`${v}\``).join(', ')}; others are possible.` : '',
    unbounded ? `On a metric it is **unbounded**: it holds ${unbounded.what}.` : '',
  ]
    .filter((line) => line !== '')
    .join('\n\n');
}

function traceText(services: Services, { rule, related = [] }: Finding, markdown: boolean): string {
  const steps = related.map(({ path, range, message }) => {
    const location = locationOf(services, path, range);
    if (!location) return message;
    const place = `${basename(path)}:${location.range.start.line + 1}`;
    return `${message} (${markdown ? `[${place}](${location.uri}#L${location.range.start.line + 1})` : place})`;
  });
  return `\`${rule}\`, from the report to its cause:\n${steps.map((step, i) => `${i + 1}. ${step}`).join('\n')}`;
}
