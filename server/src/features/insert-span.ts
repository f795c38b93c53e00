import type { OpenDocument } from '../documents.ts';
import type { TextRange } from '../findings.ts';
import type { InstrumentAction } from '../instrument/index.ts';
import { instrumentsAt } from './code-actions.ts';
import { workspaceEdit, type Services } from './feature.ts';

/** Inserts a span into a handler: document, its version, and the range of the function. */
export const INSERT_SPAN = 'telint.insertSpan';

/** The action that puts a span around the function at a range, where that can be done. */
export function spanActionAt(
  services: Services,
  document: OpenDocument,
  { start, end }: TextRange,
): InstrumentAction | undefined {
  const inside = bodyStart(document.text.getText(), start, end);
  return instrumentsAt(services, document, { start: inside, end: inside }).find(
    ({ title, kind, disabled }) => disabled === undefined && /span/i.test(kind + title),
  );
}

/** A place in the body of a function, so that the function itself is the innermost one around it. */
function bodyStart(text: string, start: number, end: number): number {
  const brace = text.lastIndexOf('}', end - 1);
  return brace > start ? brace : end;
}

/** Runs the command of the lens; tells whether the client took the edit. */
export async function insertSpan(services: Services, args: readonly unknown[]): Promise<boolean> {
  const [uri, version, start, end] = args;
  if (typeof uri !== 'string' || typeof start !== 'number' || typeof end !== 'number') return false;
  const document = services.session.documents.get(uri);
  if (document?.text.version !== version) return false;
  const edits = document && spanActionAt(services, document, { start, end })?.edits();
  if (!document || !edits || edits.length === 0) return false;
  const edit = workspaceEdit(services, new Map([[document.path, edits]]));
  const answer: unknown = await services.connection.workspace.applyEdit({ label: 'Insert span', edit });
  // Some clients answer with nothing.
  return typeof answer === 'object' && answer !== null && 'applied' in answer && answer.applied === true;
}
