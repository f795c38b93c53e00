import { changedPart } from './changed-part.ts';
import type { Finding, TextRange } from './findings.ts';

interface Entry {
  readonly text: string | undefined;
  readonly findings: readonly Finding[];
}

/** Findings that follow from several files, by file; they move with the text while it is edited, until they are found anew. */
export class AcrossFiles {
  readonly #textOf: (path: string) => string | undefined;
  readonly #entries = new Map<string, Entry>();

  /** `textOf` is the text that an editor shows of a file, undefined where none does. */
  constructor(textOf: (path: string) => string | undefined) {
    this.#textOf = textOf;
  }

  /** Findings of a file where they are now; what an edit has touched is left out. */
  get(path: string): readonly Finding[] | undefined {
    const entry = this.#entries.get(path);
    const text = this.#textOf(path);
    if (!entry || text === undefined || entry.text === undefined || entry.text === text) return entry?.findings;
    const findings = moved(entry.findings, entry.text, text);
    this.#entries.set(path, { text, findings });
    return findings;
  }

  /** Takes over what was found in a file as it is now. */
  set(path: string, findings: readonly Finding[]): void {
    this.#entries.set(path, { text: this.#textOf(path), findings });
  }

  delete(path: string): void {
    this.#entries.delete(path);
  }

  clear(): void {
    this.#entries.clear();
  }
}

/** Ranges before and behind the part of a text that has changed, as they are after it. */
function moved(findings: readonly Finding[], before: string, after: string): readonly Finding[] {
  const part = changedPart(before, after);
  const place = ({ start, end }: TextRange): TextRange | undefined => {
    if (end <= part.start) return { start, end };
    return start >= part.end ? { start: start + part.shift, end: end + part.shift } : undefined;
  };
  return findings.flatMap((finding) => {
    const range = place(finding.range);
    return range ? [{ ...finding, range }] : [];
  });
}
