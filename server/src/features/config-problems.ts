import { DiagnosticSeverity, type Connection, type Diagnostic } from 'vscode-languageserver/node';
import { readText } from '../../../eslint-plugin/src/host/read-text.ts';
import { documentOf, positionsOf, uriOf } from '../documents.ts';
import type { TextRange } from '../findings.ts';
import { SOURCE_NAME } from './to-diagnostic.ts';

/** Shows mistakes of configuration files in those files, open or not, and takes them back when they are repaired. */
export class ConfigProblems {
  readonly #connection: Connection;
  readonly #shown: (path: string) => string | undefined;
  readonly #known = new Map<string, string>();

  /** `shown` is the text that the editor shows of a file, undefined where it shows none. */
  constructor(connection: Connection, shown: (path: string) => string | undefined) {
    this.#connection = connection;
    this.#shown = shown;
  }

  report(path: string, mistake: string | undefined): void {
    const shown = this.#shown(path);
    const diagnostics = mistake === undefined ? [] : [diagnosticOf(path, mistake, shown ?? saved(path))];
    const key = mistake === undefined ? undefined : JSON.stringify(diagnostics);
    if (this.#known.get(path) === key) return;
    if (key === undefined) this.#known.delete(path);
    else this.#known.set(path, key);
    void this.#connection.sendDiagnostics({ uri: uriOf(path), diagnostics });
    // Who types sees it, and the log would have a line for every key.
    if (mistake !== undefined && shown === undefined)
      this.#connection.console.warn(`${mistake} The recommended rules run until then.`);
  }
}

function saved(path: string): string {
  try {
    return readText(path);
  } catch {
    // The mistake says that it cannot be read.
    return '';
  }
}

function diagnosticOf(path: string, mistake: string, text: string): Diagnostic {
  return {
    range: positionsOf(documentOf(path, text), placeOf(path, mistake, text)),
    severity: DiagnosticSeverity.Error,
    source: SOURCE_NAME,
    message: mistake.replace(path, 'telint.json'),
  };
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
