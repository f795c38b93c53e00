import { basename } from 'node:path';
import {
  DiagnosticRefreshRequest,
  DocumentDiagnosticReportKind,
  LSPErrorCodes,
  ResponseError,
  type ClientCapabilities,
  type Diagnostic,
  type DocumentDiagnosticReport,
} from 'vscode-languageserver/node';
import { CONFIG_FILE } from '../config.ts';
import type { OpenDocument } from '../documents.ts';
import type { SettledListener } from '../session.ts';
import { yieldToEvents } from '../slices.ts';
import { keyOf, type Feature, type Services } from './feature.ts';
import { queryFindings } from './query-findings.ts';
import { queryFileOf } from './query-target.ts';
import { SOURCE_NAME, toDiagnostic } from './to-diagnostic.ts';

/** How long typing goes on before findings are pushed, in milliseconds; a client that pulls has its own pace. */
const PUSH_DELAY_MS = 40;

/** Pulling is only as good as pushing where the server may ask the client to pull again. */
function pulls(client: ClientCapabilities): boolean {
  return client.textDocument?.diagnostic !== undefined && client.workspace?.diagnostics?.refreshSupport === true;
}

/** Findings of open documents: pulled or pushed, first from what is known and again when everything has settled. */
export const diagnostics: Feature = {
  capabilities: (client) =>
    pulls(client)
      ? {
          diagnosticProvider: { identifier: SOURCE_NAME, interFileDependencies: true, workspaceDiagnostics: false },
        }
      : {},
  start(services) {
    if (pulls(services.client)) startPull(services);
    else startPush(services);
  },
};

function diagnosticsOf(services: Services, document: OpenDocument): Diagnostic[] {
  const { session } = services;
  const own = session.settings.perFile === 'off' ? [] : session.findings.of(document).findings;
  const across = session.acrossFiles.get(document.path) ?? [];
  return [...own, ...across, ...queryFindings(services, document)].map((finding) =>
    toDiagnostic(services, document, finding),
  );
}

function startPull(services: Services): void {
  const { connection, session } = services;
  /** What the client was last told, by document. */
  const told = new Map<string, { readonly key: string; readonly resultId: string }>();
  let lastId = 0;
  connection.languages.diagnostics.on(async ({ textDocument: { uri }, previousResultId }, token) => {
    const document = session.documents.get(uri);
    if (!document) return { kind: DocumentDiagnosticReportKind.Full, items: [] };
    await session.soonLoaded(document.path);
    if (queryFileOf(document)) await session.links(document.path);
    const current = session.documents.get(uri);
    if (token.isCancellationRequested || current !== document)
      throw new ResponseError(LSPErrorCodes.ServerCancelled, 'The document has changed.', {
        retriggerRequest: current !== undefined,
      });
    const items = diagnosticsOf(services, document);
    const key = `${document.text.version} ${keyOf(items)}`;
    const before = told.get(uri);
    if (before?.key === key && before.resultId === previousResultId)
      return { kind: DocumentDiagnosticReportKind.Unchanged, resultId: before.resultId };
    const resultId = String(++lastId);
    told.set(uri, { key, resultId });
    return { kind: DocumentDiagnosticReportKind.Full, resultId, items } satisfies DocumentDiagnosticReport;
  });
  const pullAgain: SettledListener = async (signal) => {
    for (const uri of told.keys()) if (!session.documents.get(uri)) told.delete(uri);
    for (const document of session.documents.all()) {
      await yieldToEvents();
      if (signal.aborted) return;
      const known = told.get(document.uri);
      if (!known || known.key === `${document.text.version} ${keyOf(diagnosticsOf(services, document))}`) continue;
      void connection.sendRequest(DiagnosticRefreshRequest.type).catch(() => undefined);
      return;
    }
  };
  session.onSettled(pullAgain);
  session.onRefined(pullAgain);
  session.onMetrics(() => void pullAgain(new AbortController().signal));
}

function startPush(services: Services): void {
  const { connection, session } = services;
  const told = new Map<string, string>();
  const timers = new Map<string, NodeJS.Timeout>();
  const push = (document: OpenDocument): void => {
    const { uri, path, text } = document;
    // Mistakes in it are told by who reads it.
    if (basename(path) === CONFIG_FILE) return;
    const items = diagnosticsOf(services, document);
    const key = `${text.version} ${keyOf(items)}`;
    if (told.get(uri) === key) return;
    told.set(uri, key);
    void connection.sendDiagnostics({ uri, version: text.version, diagnostics: items });
  };
  const pushSoon = (uri: string): void => {
    clearTimeout(timers.get(uri));
    const run = async (): Promise<void> => {
      timers.delete(uri);
      const document = session.documents.get(uri);
      if (!document) return;
      await session.soonLoaded(document.path);
      if (queryFileOf(document)) await session.links(document.path);
      if (session.documents.get(uri) === document) push(document);
    };
    timers.set(
      uri,
      setTimeout(() => void run(), PUSH_DELAY_MS),
    );
  };
  session.onDocument(({ uri }, event) => {
    if (event !== 'closed') {
      pushSoon(uri);
      return;
    }
    clearTimeout(timers.get(uri));
    timers.delete(uri);
    if (told.delete(uri)) void connection.sendDiagnostics({ uri, diagnostics: [] });
  });
  const pushAgain: SettledListener = async (signal) => {
    for (const document of session.documents.all()) {
      await yieldToEvents();
      if (signal.aborted) return;
      if (!timers.has(document.uri)) push(document);
    }
  };
  session.onSettled(pushAgain);
  session.onRefined(pushAgain);
  session.onMetrics(() => void pushAgain(new AbortController().signal));
}
