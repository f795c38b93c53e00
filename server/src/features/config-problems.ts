import { readFileSync } from 'node:fs';
import { DiagnosticSeverity, type Connection } from 'vscode-languageserver/node';
import { documentOf, positionsOf, uriOf } from '../documents.ts';
import type { TextRange } from '../findings.ts';
import { SOURCE_NAME } from './to-diagnostic.ts';

/** Shows mistakes of configuration files in those files, open or not, and takes them back when they are repaired. */
export class ConfigProblems {
  readonly #connection: Connection;
  readonly #known = new Map<string, string>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  report(path: string, mistake: string | undefined): void {
    if (this.#known.get(path) === mistake) return;
    if (mistake === undefined) this.#known.delete(path);
    else this.#known.set(path, mistake);
    const diagnostics = mistake === undefined ? [] : [this.#diagnostic(path, mistake)];
    void this.#connection.sendDiagnostics({ uri: uriOf(path), diagnostics });
    if (mistake !== undefined) this.#connection.console.warn(`${mistake} The recommended rules run until then.`);
  }

  #diagnostic(path: string, mistake: string) {
    let text = '';
    try {
      text = readFileSync(path, 'utf8');
    } catch {
      // The mistake says that it cannot be read.
    }
    return {
      range: positionsOf(documentOf(path, text), placeOf(path, mistake, text)),
      severity: DiagnosticSeverity.Error,
      source: SOURCE_NAME,
      message: mistake.replace(path, 'telint.json'),
    };
  }
}

/** Where a mistake is: at the line and column that its message names, else at the key. */
export function placeOf(path: string, mistake: string, text: string): TextRange {
  const rest = mistake.startsWith(path) ? mistake.slice(path.length) : mistake;
  const at = /^:(\d+):(\d+):/.exec(rest);
  if (at) {
    const lines = text.split('\n').slice(0, Number(at[1]) - 1);
    const start = Math.min(text.length, lines.reduce((n, line) => n + line.length + 1, 0) + Number(at[2]) - 1);
    return { start, end: Math.min(text.length, start + 1) };
  }
  for (const [, quoted, setting] of rest.matchAll(/"([^"]+)"|\bsettings\.(\w+)/g)) {
    const key = JSON.stringify(quoted ?? setting);
    const start = text.indexOf(key);
    if (start >= 0) return { start, end: start + key.length };
  }
  return { start: 0, end: 0 };
}
