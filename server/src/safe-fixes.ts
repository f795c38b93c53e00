import type { Finding, Fix, TextEdit } from './findings.ts';

/** Fixes that need no judgement, one for each finding that has one; where two meet, the first one counts. */
export function safeFixes(findings: readonly Finding[]): readonly Fix[] {
  const chosen: Fix[] = [];
  for (const { fixes } of findings) {
    const safe = fixes.find((fix) => fix.safe === true);
    if (safe && !safe.edits.some((a) => chosen.some(({ edits }) => edits.some((b) => meet(a, b))))) chosen.push(safe);
  }
  return chosen;
}

/** Edits of fixes in source order. */
export function editsOf(fixes: readonly Fix[]): readonly TextEdit[] {
  return fixes.flatMap(({ edits }) => edits).sort((a, b) => a.start - b.start || a.end - b.end);
}

/** The text after edits that are in source order and do not meet. */
export function withEdits(text: string, edits: readonly TextEdit[]): string {
  let out = '';
  let at = 0;
  for (const edit of edits) {
    out += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return out + text.slice(at);
}

/** Two edits that cannot both be applied, or whose order would matter. */
function meet(a: TextEdit, b: TextEdit): boolean {
  return a.start === b.start || (a.start < b.end && b.start < a.end);
}
