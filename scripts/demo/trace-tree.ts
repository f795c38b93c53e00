import type { ArrivedSpan } from '../lib/otlp-collector.ts';
import { fit, paint, WIDTH } from './output.ts';

const KINDS = ['', 'internal', 'server', 'client', 'producer', 'consumer'] as const;
const COLOURS = { internal: 'gray', server: 'green', client: 'cyan', producer: 'magenta', consumer: 'yellow' } as const;
const BAR = 30;
const DURATION = 10;
const KIND = 10;
const NAME = WIDTH - BAR - DURATION - KIND - 4;
/** Eighths of a column. */
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'] as const;

/** A trace with what its spans hang on. */
export interface Trace {
  readonly id: string;
  readonly spans: readonly ArrivedSpan[];
  readonly root: ArrivedSpan | undefined;
}

/** The traces among spans, oldest first. */
export function tracesOf(spans: Iterable<ArrivedSpan>): Trace[] {
  return [...Map.groupBy(spans, ({ traceId }) => traceId)]
    .map(([id, own]) => ({
      id,
      spans: own.sort((a, b) => a.start - b.start),
      root: own.find(({ parentSpanId }) => parentSpanId === ''),
    }))
    .sort((a, b) => (a.spans[0]?.start ?? 0) - (b.spans[0]?.start ?? 0));
}

/** What is missing for an order that can be followed from the request over the queue to the database and the thread. */
export function gapsOf({ spans, root }: Trace): string[] {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const parentOf = ({ parentSpanId }: ArrivedSpan): ArrivedSpan | undefined => byId.get(parentSpanId);
  const isBelow = (span: ArrivedSpan, matches: (above: ArrivedSpan) => boolean): boolean => {
    for (let above = parentOf(span); above; above = parentOf(above)) if (matches(above)) return true;
    return false;
  };
  const isDatabase = ({ attributes }: ArrivedSpan): boolean => 'db.system.name' in attributes;
  const isOfKind = (span: ArrivedSpan, kind: (typeof KINDS)[number]): boolean => KINDS[span.kind] === kind;
  const processes = (span: ArrivedSpan): unknown => span.resource['service.instance.id'];
  const has = (matches: (span: ArrivedSpan) => boolean): boolean => spans.some(matches);
  const isFulfilment = ({ name }: ArrivedSpan): boolean => name === 'process fulfilment';

  const checks: [boolean, string][] = [
    [root !== undefined && isOfKind(root, 'server'), 'a request at its root'],
    [spans.every((span) => span === root || parentOf(span)), 'the parent of every span'],
    [has((span) => isDatabase(span) && isOfKind(span, 'client')), 'the database'],
    [has((span) => 'http.request.method' in span.attributes && isOfKind(span, 'client')), 'the payment provider'],
    [has((span) => isOfKind(span, 'producer')), 'the queue'],
    [has((span) => isFulfilment(span) && isBelow(span, (above) => isOfKind(above, 'producer'))), 'the worker'],
    [has((span) => isDatabase(span) && isBelow(span, isFulfilment)), 'the database behind the queue'],
    [has((span) => span.name === 'invoices.store' && processes(span) !== processes(root ?? span)), 'the thread'],
  ];
  return checks.filter(([holds]) => !holds).map(([, what]) => what);
}

function durationOf({ start, end }: ArrivedSpan): string {
  const milliseconds = end - start;
  return milliseconds >= 1000 ? `${(milliseconds / 1000).toFixed(2)} s` : `${milliseconds.toFixed(1)} ms`;
}

/** The part of the time line that a span takes, in eighths of a column at its end. */
function barOf(span: ArrivedSpan, from: number, length: number): string {
  const offset = Math.min(BAR - 1, Math.floor(((span.start - from) / length) * BAR));
  const eighths = Math.max(1, Math.round(((span.end - span.start) / length) * BAR * 8));
  const bar = '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? '');
  return fit(' '.repeat(offset) + bar, BAR)
    .replace('…', '█')
    .padEnd(BAR);
}

/** A name that tells more than the one of the span where the conventions keep names short. */
function labelOf({ name, attributes }: ArrivedSpan): string {
  const statement = attributes['db.query.text'];
  if (typeof statement === 'string') return statement.replace(/\s+/g, ' ');
  const server = attributes['server.address'];
  return typeof server === 'string' && !name.includes(' ') ? `${name} ${server}` : name;
}

/** The trace as a tree with durations and a time line. */
export function renderTrace({ spans, root }: Trace): string[] {
  if (root === undefined) return [];
  const from = root.start;
  const length = Math.max(1, Math.max(...spans.map(({ end }) => end)) - from);
  const children = Map.groupBy(spans, ({ parentSpanId }) => parentSpanId);
  const lines: string[] = [];
  const add = (span: ArrivedSpan, branch: string, indent: string): void => {
    const kind = KINDS[span.kind] || 'internal';
    const label = fit(branch + labelOf(span), NAME).padEnd(NAME);
    const where = span.resource['service.instance.id'] === root.resource['service.instance.id'] ? kind : 'thread';
    const bar = paint(span.statusCode === 2 ? 'red' : COLOURS[kind], barOf(span, from, length));
    lines.push(`  ${label} ${paint('dim', where.padEnd(KIND - 1))}${bar}${durationOf(span).padStart(DURATION)}`);
    const below = children.get(span.spanId) ?? [];
    below.forEach((child, index) => {
      const isLast = index === below.length - 1;
      add(child, `${indent}${isLast ? '└─ ' : '├─ '}`, `${indent}${isLast ? '   ' : '│  '}`);
    });
  };
  add(root, '', '');
  return lines;
}
