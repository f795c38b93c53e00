import { isAbsolute } from 'node:path';
import { TextDocument, type Position, type TextDocumentContentChangeEvent } from 'vscode-languageserver-textdocument';
import { URI } from 'vscode-uri';
import type { TextRange } from './findings.ts';

/** Longer texts are not code that somebody wrote; they are kept in step and not looked at. */
export const MAX_LENGTH = 1_000_000;

/** Path of a file URI; undefined for what is not on a disk (`untitled:`, `git:`). */
export function pathOf(uri: string): string | undefined {
  try {
    const { scheme, authority, fsPath } = URI.parse(uri, true);
    // A host in a file URI is a share of a Windows network.
    if (scheme.toLowerCase() !== 'file' || (authority !== '' && process.platform !== 'win32')) return undefined;
    // A drive of Windows is a relative path elsewhere.
    return isAbsolute(fsPath) ? fsPath : undefined;
  } catch {
    return undefined;
  }
}

/** File URI of a path. */
export function uriOf(path: string): string {
  return URI.file(path).toString();
}

/** An open document that is a file. */
export interface OpenDocument {
  readonly uri: string;
  readonly path: string;
  readonly text: TextDocument;
}

/** What the editor shows: the text of open documents, by the URI that the editor has for them. */
export class Documents {
  readonly #open = new Map<string, OpenDocument>();

  open(uri: string, languageId: string, version: number, content: string): OpenDocument | undefined {
    const path = pathOf(uri);
    if (path === undefined) return undefined;
    const document = { uri, path, text: TextDocument.create(uri, languageId, version, content) };
    this.#open.set(uri, document);
    return document;
  }

  /** Applies changes in their order; undefined for a document that is not open. */
  change(uri: string, version: number, changes: readonly TextDocumentContentChangeEvent[]): OpenDocument | undefined {
    const known = this.#open.get(uri);
    if (!known) return undefined;
    const { text } = known;
    for (const change of changes) TextDocument.update(text, [withinText(text, change)], version);
    TextDocument.update(text, [], version);
    const document = { ...known, text };
    this.#open.set(uri, document);
    return document;
  }

  close(uri: string): OpenDocument | undefined {
    const known = this.#open.get(uri);
    this.#open.delete(uri);
    return known;
  }

  get(uri: string): OpenDocument | undefined {
    return this.#open.get(uri);
  }

  /** The open document of a path, whatever URI the editor has for it. */
  at(path: string): OpenDocument | undefined {
    return this.#open.get(uriOf(path)) ?? [...this.#open.values()].find((d) => d.path === path);
  }

  all(): readonly OpenDocument[] {
    return [...this.#open.values()];
  }
}

/** The library takes positions beyond the end, and miscounts lines from then on. */
function withinText(text: TextDocument, change: TextDocumentContentChangeEvent): TextDocumentContentChangeEvent {
  if (!('range' in change)) return change;
  const { start, end } = change.range;
  const within = (position: Position): Position => text.positionAt(text.offsetAt(position));
  return { text: change.text, range: { start: within(start), end: within(end) } };
}

/** Positions of a text that is not open. */
export function documentOf(path: string, content: string): TextDocument {
  return TextDocument.create(uriOf(path), '', 0, content);
}

/** Lines and columns of a range, as editors count them. */
export function positionsOf(text: TextDocument, { start, end }: TextRange) {
  return { start: text.positionAt(start), end: text.positionAt(end) };
}
