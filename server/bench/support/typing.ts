/** What somebody types who works on a file: one edit of the editor for each key. */
import type { TextDocumentContentChangeEvent } from 'vscode-languageserver-protocol';
import { positionAt } from '../../test/support/define-test.ts';

/** One key: the change that the editor reports, and the text after it. */
export interface Keystroke {
  readonly change: TextDocumentContentChangeEvent;
  readonly text: string;
}

/** Statements and a comment; brackets and quotes are typed as editors do it, closed at once and typed over. */
const PHRASES = ["audit.note(order.id, 'sent');", '// what was sent counts', 'const size = order.items.length;'];
const CLOSING: Readonly<Record<string, string>> = { '(': ')', "'": "'" };
/** A statement that ends on its line: another one can follow it. */
const STATEMENT = /^[ \t]+(?:const |let |await |this\.|[\w.]+\().*;$/;

/** `count` keystrokes: phrases typed below statements that are spread over the file, one after the other. */
export function keystrokes(text: string, count: number): readonly Keystroke[] {
  const strokes: Keystroke[] = [];
  let current = text;
  const insert = (at: number, typed: string): void => {
    const position = positionAt(current, at);
    current = current.slice(0, at) + typed + current.slice(at);
    strokes.push({ change: { range: { start: position, end: position }, text: typed }, text: current });
  };
  const places = Math.ceil(count / Math.min(...PHRASES.map((phrase) => phrase.length)));
  for (let place = 0; strokes.length < count; place++) {
    const { end, indent } = placeIn(current, (place % places) / places);
    insert(end, `\n${indent}`);
    let at = end + 1 + indent.length;
    for (const char of PHRASES[place % PHRASES.length] ?? '') {
      const closes = /[)']/.test(char) && current.charAt(at) === char;
      if (!closes) insert(at, char + (CLOSING[char] ?? ''));
      at++;
    }
  }
  return strokes.slice(0, count);
}

/** End of the first statement below a share of the lines. */
function placeIn(text: string, share: number): { readonly end: number; readonly indent: string } {
  const lines = text.split('\n');
  const from = Math.floor(lines.length * share);
  const line = [...lines.keys()].map((i) => (from + i) % lines.length).find((i) => STATEMENT.test(lines[i] ?? ''));
  if (line === undefined) throw new Error('The file has no line with a statement to type below.');
  const indent = /^\s*/.exec(lines[line] ?? '')?.[0] ?? '';
  return { end: lines.slice(0, line + 1).join('\n').length, indent };
}
