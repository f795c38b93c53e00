import { dottedName, unwrap, type Node } from './ast.ts';
import { carriedSecret } from './carried-secrets.ts';
import { sensitiveEntry, sensitiveFact, valueNodeOf, type RawEntry } from './collect-labels.ts';
import type { Evaluator } from './evaluate.ts';
import type { WriteFact } from './facts.ts';
import { sensitiveOf, vocabularyOf, type Sensitive, type SinkKind } from './judge-sensitive.ts';
import type { Module } from './module.ts';
import { saysProtected } from './sensitivity.ts';
import { alternatives, type Value } from './value.ts';

/** What about one part of a write is personal data or a secret; undefined when nothing is. */
export function judgeWrite(
  ev: Evaluator,
  sink: SinkKind,
  part: WriteFact['part'],
  entry: RawEntry,
  value: Value,
  home: Module,
): WriteFact['sensitive'] {
  const node = valueNodeOf(entry.node);
  if (isMaskedText(node) || (sink === 'log' && isSerialisedRequest(entry.key, value))) return undefined;
  const found = judgeValue(ev, sink, part, entry, value, home);
  // `row.encryptedPassword`, `tokenPrefix: start(token)`: two names that disagree make no finding.
  if (found)
    return found.evidence === 'named' && [...(dottedName(node)?.split('.') ?? []), entry.key ?? ''].some(saysProtected)
      ? undefined
      : found;
  const carried = sink === 'log' || sink === 'tracker' ? carriedIn(node, value, entry.module, ev) : undefined;
  return carried ? sensitiveFact(carried, home) : undefined;
}

function judgeValue(
  ev: Evaluator,
  sink: SinkKind,
  part: WriteFact['part'],
  entry: RawEntry,
  value: Value,
  home: Module,
): WriteFact['sensitive'] {
  if (part === 'name' || part === 'exception' || (part === 'argument' && entry.key === undefined)) {
    const found =
      sensitiveOf(value, sink, ev.settings) ??
      (part === 'name' ? addressIn(valueNodeOf(entry.node), value) : undefined);
    return found ? sensitiveFact(found, home) : undefined;
  }
  const found = sensitiveEntry(ev, entry.key, value, sink, home);
  // The text of a statement is a matter of its own; values inside it are found as values.
  return found?.evidence === 'named' && found.match.category === 'query' && QUERY_TEXT.test(entry.key ?? '')
    ? undefined
    : found;
}

/** A whole address in a name as it is: `GET ${config.url}` brings its query string along. */
function addressIn(node: Node, value: Value): Sensitive | undefined {
  const n = unwrap(node);
  const parts =
    n.type === 'TemplateLiteral' ? n.expressions : n.type === 'BinaryExpression' ? [n.left as Node, n.right] : [n];
  for (const part of parts) {
    const text = unwrap(part).type === 'MemberExpression' ? dottedName(part) : undefined;
    const word = text?.split('.').at(-1) ?? '';
    if (text !== undefined && /^(?:url|uri|href|originalUrl|fullUrl|requestUrl)$/i.test(word))
      return {
        match: { category: 'url', severity: 'medium', word, strength: 'weak' },
        what: `\`${text}\``,
        evidence: 'named',
        step: value.step,
      };
  }
  return undefined;
}

const QUERY_TEXT = /(?:^|\.)(?:statement|query\.text)$/;

/** How deep into a text that is put together the parts are looked at. */
const MAX_PARTS = 20;

/** A mask that touches what stands before or after it; stars with a space are decoration. */
const MASK_AFTER = /^\S{0,8}(?:\*{3}|•{2})|\[redacted\]/i;
const MASK_BEFORE = /(?:\*{3}|•{2})$|\[redacted\]/i;

/** Text in which something was left out already: `start + '***'`. */
function isMaskedText(node: Node, depth = 0): boolean {
  const n = unwrap(node);
  if (n.type === 'TemplateLiteral')
    return n.quasis.some(
      (q, i) => (i > 0 && MASK_AFTER.test(q.value.raw)) || (i < n.expressions.length && MASK_BEFORE.test(q.value.raw)),
    );
  if (n.type !== 'BinaryExpression' || n.operator !== '+') return false;
  const [left, right] = [unwrap(n.left), unwrap(n.right)];
  const isText = (side: Node, mask: RegExp): boolean =>
    side.type === 'Literal' && typeof side.value === 'string' && mask.test(side.value);
  return isText(left, MASK_BEFORE) || isText(right, MASK_AFTER) || (depth < MAX_PARTS && isMaskedText(left, depth + 1));
}

/** Loggers write `req` through a serialiser of their own. */
function isSerialisedRequest(key: string | undefined, value: Value): boolean {
  return (key === 'req' || key === 'request') && alternatives(value).every((v) => v.type === 'shape');
}

/** Every part of a text that is put together, and the objects that are written as they are. */
function carriedIn(
  node: Node,
  value: Value,
  module: Module,
  ev: Evaluator,
  depth = 0,
): ReturnType<typeof carriedSecret> {
  const n = unwrap(node);
  const parts =
    n.type === 'BinaryExpression' && n.operator === '+'
      ? [n.left as Node, n.right]
      : n.type === 'TemplateLiteral'
        ? n.expressions
        : undefined;
  if (parts) {
    for (const p of parts) {
      const found = depth < MAX_PARTS ? carriedIn(p, ev.ask(p, module), module, ev, depth + 1) : undefined;
      if (found) return found;
    }
    return undefined;
  }
  return alternatives(value).some(
    (v) =>
      v.type === 'unknown' ||
      v.type === 'external' ||
      v.type === 'source' ||
      v.type === 'derived' ||
      v.type === 'shape' ||
      v.type === 'instance',
  )
    ? carriedSecret(n, module, vocabularyOf(ev.settings))
    : undefined;
}
