import { DiagnosticSeverity, type Diagnostic } from 'vscode-languageserver/node';
import { describeRule } from '../checks/describe-rule.ts';
import { positionsOf, type OpenDocument } from '../documents.ts';
import type { Finding } from '../findings.ts';
import { locationOf, type Services } from './feature.ts';

/** Name that clients show beside a finding. */
export const SOURCE_NAME = 'telint';

/** Does the client show the places that explain a finding beside it? */
export function showsRelated({ client: { textDocument } }: Pick<Services, 'client'>): boolean {
  return { ...textDocument?.publishDiagnostics, ...textDocument?.diagnostic }.relatedInformation === true;
}

/** A finding as the client shows it, with as much as it can show. */
export function toDiagnostic(services: Services, document: OpenDocument, finding: Finding): Diagnostic {
  const shows = { ...services.client.textDocument?.publishDiagnostics, ...services.client.textDocument?.diagnostic };
  const related = (finding.related ?? []).flatMap(({ path, range, message }) => {
    const location = locationOf(services, path, range);
    return location ? [{ location, message }] : [];
  });
  return {
    range: positionsOf(document.text, finding.range),
    severity: finding.hint
      ? DiagnosticSeverity.Hint
      : finding.severity === 'error'
        ? DiagnosticSeverity.Error
        : DiagnosticSeverity.Warning,
    code: finding.rule.replace(/^telint\//, ''),
    ...(shows.codeDescriptionSupport === true ? { codeDescription: { href: describeRule(finding.rule).url } } : {}),
    source: SOURCE_NAME,
    message: finding.message,
    ...(showsRelated(services) && related.length > 0 ? { relatedInformation: related } : {}),
  };
}
