/** What a mark says about a line; `missing` and `spurious` are known faults of the rules. */
export type MarkKind = 'alert' | 'missing' | 'spurious';

/** One expected finding of one rule on one line. */
export interface Mark {
  readonly kind: MarkKind;
  readonly rule: string;
  /** 1-based. */
  readonly line: number;
  /** Why a known fault is one; empty for alerts. */
  readonly reason: string;
}

/** A fixture file without its marks, so that their words do not influence the rules. */
export interface MarkedFile {
  readonly text: string;
  readonly marks: readonly Mark[];
  /** 1-based lines that look like a mistake and are none (`// OK: …`). */
  readonly traps: readonly number[];
}

/** A finding as far as marks are concerned. */
export interface Finding {
  readonly rule: string;
  /** 1-based. */
  readonly line: number;
  readonly message: string;
}

const MARK = /\s*\/\/ (\$|OK:) (\S.*)$/;
const ALERT = /Alert\[([\w-]+)\]/g;
const KINDS = { 'MISSING:': 'missing', 'SPURIOUS:': 'spurious' } as const;

/**
 * Reads `// $ Alert[rule]`, `// $ MISSING: Alert[rule] reason`, `// $ SPURIOUS: Alert[rule] reason` (several in a row are
 * possible) and `// OK: reason` at the ends of lines, or on a line of their own for the line above; throws when a mark
 * cannot be read.
 */
export function readMarks(source: string, rules: ReadonlySet<string>): MarkedFile {
  const marks: Mark[] = [];
  const traps: number[] = [];
  const lines = source.split('\n').map((code, i) => {
    const found = MARK.exec(code);
    if (!found) return code;
    const rest = code.slice(0, found.index);
    const line = rest.trim() === '' ? i : i + 1;
    if (found[1] === '$') marks.push(...marksOf(found[2] ?? '', line, rules));
    else traps.push(line);
    return rest;
  });
  return { text: lines.join('\n'), marks, traps };
}

function marksOf(text: string, line: number, rules: ReadonlySet<string>): Mark[] {
  const marks: Mark[] = [];
  let kind: MarkKind = 'alert';
  for (const part of text.split(/(MISSING:|SPURIOUS:)/)) {
    if (part === 'MISSING:' || part === 'SPURIOUS:') {
      kind = KINDS[part];
      continue;
    }
    const reason = part.replace(ALERT, '').trim();
    const named = [...part.matchAll(ALERT)].map((m) => m[1] ?? '');
    if (named.length === 0 && part.trim() === '' && kind === 'alert') continue;
    if (named.length === 0) throw new Error(`Line ${line}: no Alert[rule] in "${part.trim()}".`);
    if (kind === 'alert' ? reason !== '' : reason === '')
      throw new Error(`Line ${line}: ${kind === 'alert' ? `"${reason}" is no mark` : 'a known fault needs a reason'}.`);
    for (const rule of named) {
      if (!rules.has(rule)) throw new Error(`Line ${line}: there is no rule "${rule}".`);
      marks.push({ kind, rule, line, reason });
    }
  }
  return marks;
}

/** What differs between marks and findings, one readable line each, in the order of the file; every finding needs a mark of its own. */
export function differences(path: string, file: MarkedFile, findings: readonly Finding[]): string[] {
  const open = [...file.marks];
  const out: { readonly line: number; readonly text: string }[] = [];
  const code = file.text.split('\n');
  const say = (line: number, rule: string, what: string): void => {
    out.push({ line, text: `${path}:${line} ${rule}: ${what}\n    ${(code[line - 1] ?? '').trim()}` });
  };
  for (const { line, rule, message } of findings) {
    const at = open.findIndex((m) => m.line === line && m.rule === rule);
    const mark = at < 0 ? undefined : open.splice(at, 1)[0];
    if (!mark) say(line, rule, `is reported here and should not be: ${message}`);
    else if (mark.kind === 'missing')
      say(line, rule, `is found now; change the mark to "Alert[${rule}]" (${mark.reason})`);
  }
  for (const { kind, line, rule, reason } of open) {
    if (kind === 'alert') say(line, rule, 'should be reported here and is not');
    if (kind === 'spurious') say(line, rule, `is no longer reported here; remove the mark (${reason})`);
  }
  return out.sort((a, b) => a.line - b.line).map((d) => d.text);
}
