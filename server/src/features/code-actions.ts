import {
  CodeActionKind,
  LSPErrorCodes,
  ResponseError,
  type ClientCapabilities,
  type CodeAction,
  type CodeActionParams,
} from 'vscode-languageserver/node';
import { describeRule } from '../checks/describe-rule.ts';
import type { OpenDocument } from '../documents.ts';
import type { Finding, TextEdit, TextRange } from '../findings.ts';
import { instrumentActions, type InstrumentAction } from '../instrument/index.ts';
import { editsOf, safeFixes } from '../safe-fixes.ts';
import { OPEN_RULE_DOCS } from './rule-docs.ts';
import { disableActions } from './disable-actions.ts';
import { touches, workspaceEdit, type Feature, type Services } from './feature.ts';
import { queryFindings } from './query-findings.ts';
import { queryFileOf } from './query-target.ts';
import { toDiagnostic } from './to-diagnostic.ts';

/** Fixes that need no judgement, all at once. */
const FIX_ALL = `${CodeActionKind.SourceFixAll}.telint`;
/** Instrumentation of the function at the cursor. */
const INSTRUMENT = `${CodeActionKind.RefactorRewrite}.telint`;

/** An action before its edits are asked for. */
interface Offer {
  readonly title: string;
  readonly kind: string;
  readonly finding?: Finding;
  readonly disabled?: string | undefined;
  /** Nobody has to look at it. */
  readonly isPreferred?: boolean;
  readonly command?: CodeAction['command'];
  readonly edits?: () => readonly TextEdit[];
  /** Which one of those with its kind and title. */
  readonly nth: number;
}

/** What a client sends back to get the edits of an action. */
interface Ticket {
  readonly uri: string;
  readonly version: number;
  readonly range: TextRange;
  readonly kind: string;
  readonly title: string;
  readonly nth: number;
}

/** Fixes of findings, comments that switch rules off, and instrumentation; edits are made when one is chosen. */
export const codeActions: Feature = {
  capabilities: (client) => ({
    codeActionProvider: {
      codeActionKinds: [CodeActionKind.QuickFix, FIX_ALL, INSTRUMENT],
      resolveProvider: resolvesEdits(client),
    },
  }),
  start(services) {
    const { connection, session, client } = services;
    connection.onCodeAction(async (params) => {
      const document = session.documents.get(params.textDocument.uri);
      if (!document) return null;
      await session.soonLoaded(document.path);
      if (queryFileOf(document)) await session.links(document.path);
      if (session.documents.get(document.uri) !== document) return null;
      const range = rangeOf(document, params);
      const wanted = offers(services, document, range).filter(
        ({ kind, disabled }) => isWanted(params, kind) && (disabled === undefined || showsDisabled(client)),
      );
      const fixed = new Set(
        wanted.flatMap(({ kind, finding }) => (kind === CodeActionKind.QuickFix ? (finding ?? []) : [])),
      );
      return wanted
        .filter(({ kind, finding }) => kind === CodeActionKind.QuickFix || !finding || !fixed.has(finding))
        .map((offer) => toAction(services, document, range, offer));
    });
    connection.onCodeActionResolve((action) => {
      const ticket = action.data as Ticket | undefined;
      const document = ticket && session.documents.get(ticket.uri);
      if (!document || document.text.version !== ticket.version)
        throw new ResponseError(LSPErrorCodes.ContentModified, 'The document has changed.');
      const offer = offers(services, document, ticket.range).find(
        ({ kind, title, nth, edits }) => edits && kind === ticket.kind && title === ticket.title && nth === ticket.nth,
      );
      const edits = offer?.edits?.() ?? [];
      return { ...action, edit: workspaceEdit(services, new Map([[document.path, edits]])) };
    });
  },
};

function resolvesEdits(client: ClientCapabilities): boolean {
  const { resolveSupport, dataSupport } = client.textDocument?.codeAction ?? {};
  return dataSupport === true && resolveSupport?.properties.includes('edit') === true;
}

function showsDisabled(client: ClientCapabilities): boolean {
  return client.textDocument?.codeAction?.disabledSupport === true;
}

/** `only: ["refactor"]` wants `refactor.rewrite.telint`; what fixes a whole file is only offered to who asks for it. */
function isWanted({ context: { only } }: CodeActionParams, kind: string): boolean {
  if (!only) return kind !== FIX_ALL;
  return only.some((wanted) => wanted === '' || kind === wanted || kind.startsWith(`${wanted}.`));
}

function rangeOf({ text }: OpenDocument, { range }: CodeActionParams): TextRange {
  return { start: text.offsetAt(range.start), end: text.offsetAt(range.end) };
}

function offers(services: Services, document: OpenDocument, range: TextRange): readonly Offer[] {
  const { session } = services;
  const { findings } = session.findings.of(document);
  const text = document.text.getText();
  const own = session.settings.perFile === 'off' ? [] : findings;
  const across = [...(session.acrossFiles.get(document.path) ?? []), ...queryFindings(services, document)];
  const here = [...own, ...across].filter((f) => touches(f.range, range));
  const seen = new Map<string, number>();
  return [
    ...here.flatMap((finding) => findingOffers(finding, document.path, text)),
    ...safeOffer(findings),
    ...instrumentsAt(services, document, range),
  ].map((offer) => {
    const key = `${offer.kind} ${offer.title}`;
    const nth = seen.get(key) ?? 0;
    seen.set(key, nth + 1);
    return { ...offer, nth };
  });
}

function findingOffers(finding: Finding, path: string, text: string): readonly Omit<Offer, 'nth'>[] {
  const kind = CodeActionKind.QuickFix;
  const rule = finding.rule;
  const { url } = describeRule(rule);
  return [
    ...finding.fixes.map(({ title, edits, safe }) => ({
      title,
      kind,
      finding,
      edits: () => edits,
      ...(safe ? { isPreferred: true } : {}),
    })),
    ...disableActions(finding, path, text).map((action) => ({ ...action, kind, finding })),
    {
      title: `Open the document of ${rule}`,
      kind,
      finding,
      command: { title: 'Open', command: OPEN_RULE_DOCS, arguments: [url] },
    },
  ];
}

function safeOffer(findings: readonly Finding[]): readonly Omit<Offer, 'nth'>[] {
  const edits = editsOf(safeFixes(findings));
  return edits.length === 0 ? [] : [{ title: 'Apply all safe fixes of Telint', kind: FIX_ALL, edits: () => edits }];
}

/** Ways to instrument the function at a range, with what is known of its file. */
export function instrumentsAt(
  { session }: Services,
  document: OpenDocument,
  range: TextRange,
): readonly InstrumentAction[] {
  const { path, text } = document;
  const { runner } = session.projects.of(path);
  const project = runner.workspace.project(path);
  const { flavour } = session.settings;
  const names = new Set(session.knownMetrics(path)?.metrics.map(({ definition }) => definition.name));
  return instrumentActions({ path, text: text.getText() }, range, {
    flavour: flavour === 'auto' ? (project.dependencies.has('@telint/runtime') ? 'runtime' : 'opentelemetry') : flavour,
    findings: session.findings.of(document).findings,
    project,
    isMetricName: (name) => names.has(name),
  });
}

function toAction(services: Services, document: OpenDocument, range: TextRange, offer: Offer): CodeAction {
  const { title, kind, finding, disabled, isPreferred, command, edits } = offer;
  const ticket: Ticket = { uri: document.uri, version: document.text.version, range, kind, title, nth: offer.nth };
  return {
    title,
    kind,
    ...(finding ? { diagnostics: [toDiagnostic(services, document, finding)] } : {}),
    ...(isPreferred ? { isPreferred } : {}),
    ...(disabled === undefined ? {} : { disabled: { reason: disabled } }),
    ...(command ? { command } : {}),
    ...(!edits || disabled !== undefined
      ? {}
      : resolvesEdits(services.client)
        ? { data: ticket }
        : { edit: workspaceEdit(services, new Map([[document.path, edits()]])) }),
  };
}
