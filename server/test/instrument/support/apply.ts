import { parseSync } from 'oxc-parser';
import type { TextEdit } from '../../../src/findings.ts';
import { instrumentActions, type InstrumentAction, type InstrumentContext } from '../../../src/instrument/index.ts';
import type { Case } from '../table/case.ts';

/** What an action is asked with. */
export interface Variant {
  readonly name: string;
  readonly kinds: readonly ('span' | 'counter' | 'histogram')[];
  readonly flavour: InstrumentContext['flavour'];
  readonly dependencies: readonly string[];
}

/** A file before or after an action. */
export interface Version {
  readonly path: string;
  readonly text: string;
  /** The cursor, moved along with the text. */
  readonly cursor: number;
}

/** The file of a case with its cursor. */
export function original({ source, path = 'orders.ts' }: Case): Version {
  const cursor = source.indexOf('¦');
  return { path, text: source.replace('¦', ''), cursor };
}

/** The text with edits that are in order and do not overlap. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  let out = '';
  let last = 0;
  for (const { start, end, text: inserted } of edits) {
    if (start < last || end < start) throw new Error(`edits overlap at ${start}`);
    out += text.slice(last, start) + inserted;
    last = end;
  }
  return out + text.slice(last);
}

/** Edits that take edits back. */
export function inverse(text: string, edits: readonly TextEdit[]): TextEdit[] {
  let shift = 0;
  return edits.map(({ start, end, text: inserted }) => {
    const at = start + shift;
    shift += inserted.length - (end - start);
    return { start: at, end: at + inserted.length, text: text.slice(start, end) };
  });
}

/** Actions at the cursor. */
export function actionsFor(version: Version, variant: Variant): readonly InstrumentAction[] {
  const { cursor } = version;
  return instrumentActions(
    { path: `/shop/src/${version.path}`, text: version.text },
    { start: cursor, end: cursor },
    {
      flavour: variant.flavour,
      project: { dependencies: new Map(variant.dependencies.map((d) => [d, '*'])), packageName: 'shop' },
    },
  );
}

/** Of two actions that differ in what the function gives back, the one that fits the case. */
export function chosen(actions: readonly InstrumentAction[], kind: string, { returns }: Case): InstrumentAction {
  const found = actions.filter((a) => a.kind === `refactor.rewrite.telint.${kind}`);
  const fitting =
    found.length > 1 ? found.find((a) => / its promise settles/.test(a.title) === (returns === 'promise')) : found[0];
  if (!fitting) throw new Error(`no action ${kind}`);
  return fitting;
}

/** The file after an action. */
export function after(version: Version, edits: readonly TextEdit[]): Version {
  let cursor = version.cursor;
  for (const { start, end, text } of edits) if (end <= version.cursor) cursor += text.length - (end - start);
  return { path: version.path, text: applyEdits(version.text, edits), cursor };
}

/** Number of comments in a file that parses. */
export function commentCount({ path, text }: { readonly path: string; readonly text: string }): number {
  const options = /\.[cm]?tsx?$/.test(path) ? {} : ({ lang: 'jsx' } as const);
  const { comments, errors } = parseSync(path, text, options);
  if (errors.length > 0) throw new Error(`${path}: ${errors[0]?.message ?? ''}\n${text}`);
  return comments.length;
}
