import type { Finding, Fix } from '../findings.ts';
import { Lines } from './positions.ts';

/** Another place that explains a message, in the order from where a value is used to where it comes from. */
export interface RelatedPlace {
  readonly filePath: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly message: string;
  /** A step on the way of a value; other places stand for themselves. */
  readonly step?: true;
}

/** A change of a range of UTF-16 code units. */
export interface MessageEdit {
  readonly range: readonly [number, number];
  readonly text: string;
}

/** A finding in the shape of ESLint's messages; `related` is Telint's own. */
export interface Message {
  readonly ruleId: string;
  /** 1 warning, 2 error. */
  readonly severity: 1 | 2;
  readonly message: string;
  readonly messageId: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  /** What `--fix` does about it. */
  readonly fix?: MessageEdit;
  readonly suggestions?: readonly { readonly desc: string; readonly fix: MessageEdit }[];
  readonly related?: readonly RelatedPlace[];
}

/** Findings of one file, in the shape of ESLint's results. */
export interface Result {
  readonly filePath: string;
  readonly messages: readonly Message[];
  /** Findings that the baseline holds. */
  readonly suppressedMessages: readonly (Message & {
    readonly suppressions: readonly { readonly kind: 'file'; readonly justification: string }[];
  })[];
  readonly errorCount: number;
  readonly warningCount: number;
}

/** A file that could not be checked, and why. */
export interface SkippedFile {
  readonly filePath: string;
  readonly reason: string;
}

/** Texts of the files that findings and their traces are in. */
export type ReadText = (path: string) => string | undefined;

/** Result of a file from its findings. */
export function resultOf(path: string, findings: readonly Finding[], read: ReadText, lines: LinesOf): Result {
  return withCounts({
    filePath: path,
    messages: findings.map((f) => messageOf(f, read(path) ?? '', lines)),
    suppressedMessages: [],
  });
}

/** A result with its errors and warnings counted. */
export function withCounts(result: Pick<Result, 'filePath' | 'messages' | 'suppressedMessages'>): Result {
  const { filePath, messages, suppressedMessages } = result;
  const errorCount = messages.filter((m) => m.severity === 2).length;
  return { filePath, messages, suppressedMessages, errorCount, warningCount: messages.length - errorCount };
}

/** Lines of files, split once. */
export class LinesOf {
  readonly #read: ReadText;
  readonly #known = new Map<string, Lines>();

  constructor(read: ReadText) {
    this.#read = read;
  }

  of(path: string): Lines {
    let lines = this.#known.get(path);
    if (!lines) this.#known.set(path, (lines = new Lines(this.#read(path) ?? '')));
    return lines;
  }
}

function messageOf(finding: Finding, text: string, lines: LinesOf): Message {
  const { rule, messageId, message, severity, path, range, fixes, related = [] } = finding;
  const safe = fixes.find((fix) => fix.safe);
  const fix = safe && editOf(safe, text);
  const suggestions = fixes
    .filter((other) => other !== safe)
    .flatMap((other) => {
      const edit = editOf(other, text);
      return edit ? [{ desc: other.title, fix: edit }] : [];
    });
  return {
    ruleId: rule,
    severity: severity === 'error' ? 2 : 1,
    message,
    messageId,
    ...placeOf(lines.of(path), range),
    ...(fix ? { fix } : {}),
    ...(suggestions.length > 0 ? { suggestions } : {}),
    ...(related.length > 0
      ? {
          related: related.map((place) => ({
            filePath: place.path,
            ...placeOf(lines.of(place.path), place.range),
            message: place.message,
            ...(place.step ? { step: true as const } : {}),
          })),
        }
      : {}),
  };
}

function placeOf(lines: Lines, range: Finding['range']): Omit<RelatedPlace, 'filePath' | 'message'> {
  const start = lines.positionAt(range.start);
  const end = lines.positionAt(range.end);
  return { line: start.line, column: start.column, endLine: end.line, endColumn: end.column };
}

/** ESLint gives one edit per fix: what stands between several edits is repeated in it. */
function editOf({ edits }: Fix, text: string): MessageEdit | undefined {
  const sorted = edits.toSorted((a, b) => a.start - b.start || a.end - b.end);
  const first = sorted[0];
  if (!first) return undefined;
  let out = '';
  let at = first.start;
  for (const edit of sorted) {
    out += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return { range: [first.start, at], text: out };
}
