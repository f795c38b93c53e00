import type { Finding, TextEdit } from '../findings.ts';

/** Edits of all fixes that need no judgement, in source order; where two meet, the first one counts. */
export function safeEdits(findings: readonly Finding[]): readonly TextEdit[] {
  const chosen: TextEdit[] = [];
  for (const { fixes } of findings) {
    const safe = fixes.find((fix) => fix.safe === true);
    if (safe && !safe.edits.some((a) => chosen.some((b) => meet(a, b)))) chosen.push(...safe.edits);
  }
  return chosen.sort((a, b) => a.start - b.start || a.end - b.end);
}

/** Two edits that cannot both be applied, or whose order would matter. */
function meet(a: TextEdit, b: TextEdit): boolean {
  return a.start === b.start || (a.start < b.end && b.start < a.end);
}
