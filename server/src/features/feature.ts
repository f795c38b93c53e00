import type {
  ClientCapabilities,
  Connection,
  Diagnostic,
  Location,
  Range,
  ServerCapabilities,
  WorkspaceEdit,
} from 'vscode-languageserver/node';
import { documentOf, positionsOf, uriOf } from '../documents.ts';
import type { TextEdit, TextRange } from '../findings.ts';
import type { LivePrometheus } from '../live-series.ts';
import type { Session } from '../session.ts';

/** What every feature works with. */
export interface Services {
  readonly connection: Connection;
  readonly session: Session;
  readonly client: ClientCapabilities;
  /** The Prometheus that the settings name. */
  readonly live: LivePrometheus;
  /** What the client has sent with the first request. */
  readonly initializationOptions: unknown;
  /** Runs something when the client may be asked. */
  onInitialized(listener: () => void): void;
}

/** One feature of the language server: what it announces, and how it answers. */
export interface Feature {
  capabilities?(client: ClientCapabilities): Partial<ServerCapabilities>;
  start(services: Services): void;
}

/** Diagnostics that lie in a range, or touch it. */
export function touches(a: TextRange, b: TextRange): boolean {
  return a.start <= b.end && b.start <= a.end;
}

/** Range of a file in lines and columns: of the editor's text where it has one. */
export function rangeIn({ session }: Services, path: string, range: TextRange): Range | undefined {
  const open = session.documents.at(path);
  if (open) return positionsOf(open.text, range);
  const text = session.projects.of(path).runner.workspace.text(path);
  return text === undefined ? undefined : positionsOf(documentOf(path, text), range);
}

/** Location of a range of a file. */
export function locationOf(services: Services, path: string, range: TextRange): Location | undefined {
  const found = rangeIn(services, path, range);
  return found && { uri: services.session.documents.at(path)?.uri ?? uriOf(path), range: found };
}

/** Edits of files as the client takes them: with versions where it knows them. */
export function workspaceEdit(services: Services, edits: ReadonlyMap<string, readonly TextEdit[]>): WorkspaceEdit {
  const { session, client } = services;
  const files = [...edits].map(([path, list]) => {
    const open = session.documents.at(path);
    const text = open?.text ?? documentOf(path, session.projects.of(path).runner.workspace.text(path) ?? '');
    return {
      uri: open?.uri ?? uriOf(path),
      version: open?.text.version ?? null,
      edits: list.map((edit) => ({ range: positionsOf(text, edit), newText: edit.text })),
    };
  });
  return client.workspace?.workspaceEdit?.documentChanges === true
    ? {
        documentChanges: files.map(({ uri, version, edits: list }) => ({
          textDocument: { uri, version },
          edits: list,
        })),
      }
    : { changes: Object.fromEntries(files.map(({ uri, edits: list }) => [uri, list])) };
}

/** Identity of a diagnostic's content. */
export function keyOf(diagnostics: readonly Diagnostic[]): string {
  return JSON.stringify(diagnostics);
}
