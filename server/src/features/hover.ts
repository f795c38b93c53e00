import { MarkupKind, type Hover } from 'vscode-languageserver/node';
import { unboundedKeys } from '../../../eslint-plugin/src/knowledge/semconv-cardinality.ts';
import {
  semconvAttribute,
  semconvNameOfConstant,
  type SemconvEntry,
} from '../../../eslint-plugin/src/knowledge/semconv.ts';
import { positionsOf, type OpenDocument } from '../documents.ts';
import type { Finding, TextRange } from '../findings.ts';
import { labelDomain, labelNamesOf, seriesEstimate, targetAt, type MetricTarget } from '../metric-index.ts';
import { touches, type Feature, type Services } from './feature.ts';
import { count, plain, seriesText } from './words.ts';

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
  const text = document.text.getText();
  const parts: string[] = [];
  let range: TextRange | undefined;
  const index = await session.recentMetrics(document.path);
  if (session.documents.get(document.uri) !== document) return null;
  const target = targetAt(index, document.path, text, offset);
  if (target) {
    range = target.range;
    parts.push(target.label === undefined ? metricText(target) : labelText(target, target.label));
  }
  const attribute = attributeAt(text, offset);
  if (attribute) {
    range ??= attribute.range;
    parts.push(attributeText(attribute.name, attribute.entry));
  }
  const finding = session.findings.of(document).findings.find((f) => touches(f.range, { start: offset, end: offset }));
  if (finding && (finding.related?.length ?? 0) > 0) {
    range ??= finding.range;
    parts.push(traceText(finding));
  }
  if (parts.length === 0 || !range) return null;
  const markdown = services.client.textDocument?.hover?.contentFormat?.includes(MarkupKind.Markdown) !== false;
  const value = parts.join('\n\n---\n\n');
  return {
    contents: markdown
      ? { kind: MarkupKind.Markdown, value }
      : { kind: MarkupKind.PlainText, value: value.replace(/[`*\\]/g, '') },
    range: positionsOf(document.text, range),
  };
}

function metricText({ metric }: MetricTarget): string {
  const { definition, uses } = metric;
  const labels = labelNamesOf(metric);
  const series = seriesEstimate(metric);
  const perSet = definition.perSet > 1 ? ` (${definition.perSet} per set of labels)` : '';
  return [
    `**${definition.instrument}** \`${definition.name ?? 'without a constant name'}\`${definition.help ? ` — ${plain(definition.help)}` : ''}`,
    ...labels.map((key) => `- \`${key}\`: ${labelDomain(metric, key)}`),
    `\nEstimate: ${seriesText(series)}${'count' in series ? perSet : ''}, from ${count(uses.length, 'write')}.`,
  ].join('\n');
}

function labelText({ metric }: MetricTarget, label: string): string {
  return `Label \`${label}\` of \`${metric.definition.name ?? 'the metric'}\`: ${labelDomain(metric, label)}.`;
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

function traceText({ rule, related = [] }: Finding): string {
  const steps = related.map(({ path, message }) => `${message} (${path.split(/[/\\]/).at(-1) ?? path})`);
  return `\`${rule}\`, from the report to its cause:\n${steps.map((step, i) => `${i + 1}. ${step}`).join('\n')}`;
}
