import type { Range, TraceStep } from '../analysis/facts.ts';

/** Words after which a slash begins a regular expression, not a division. */
const BEFORE_REGEX = new Set([
  'return',
  'typeof',
  'case',
  'in',
  'of',
  'do',
  'else',
  'void',
  'delete',
  'throw',
  'await',
  'yield',
  'new',
  'instanceof',
]);

let last: { readonly text: string; readonly code: string } | undefined;

/**
 * The text with the inside of strings, template texts, regular expressions and comments blanked: every offset stays what it
 * was, and what is left between blanks is code. The fixes look for names and brackets in it.
 */
export function codeOnly(text: string): string {
  if (text.length < 500) return blanked(text);
  if (last?.text !== text) last = { text, code: blanked(text) };
  return last.code;
}

function blanked(text: string): string {
  let out = '';
  /** Depths of the braces that close a `${`, innermost last. */
  const templates: number[] = [];
  let depth = 0;
  let at = 0;
  const blank = (end: number): void => {
    out += text.slice(at, end).replace(/[^\r\n]/g, ' ');
    at = end;
  };
  const keep = (end: number): void => {
    out += text.slice(at, end);
    at = end;
  };
  /** Template text up to its end or the next `${`. */
  const template = (): void => {
    const found = /(?:\\[\s\S]|\$(?!\{)|[^\\`$])*/y;
    found.lastIndex = at;
    found.exec(text);
    blank(found.lastIndex);
    if (text.startsWith('${', at)) {
      templates.push(depth);
      keep(at + 2);
    } else keep(at + 1);
  };
  while (at < text.length) {
    const char = text.charAt(at);
    const skipped = /^(?:\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$))/.exec(char === '/' ? text.slice(at) : '')?.[0].length;
    if (skipped !== undefined) blank(at + skipped);
    else if (char === "'" || char === '"') {
      const string = new RegExp(`(?:\\\\[\\s\\S]|[^\\\\\\n${char}])*`, 'y');
      string.lastIndex = at + 1;
      string.exec(text);
      keep(at + 1);
      blank(string.lastIndex);
      keep(at + 1);
    } else if (char === '`') {
      keep(at + 1);
      template();
    } else if (char === '/' && beginsRegex(out)) {
      const regex = /\/(?:\\.|\[(?:\\.|[^\\\]\n])*\]|[^\\/[\n])+\/\w*/y;
      regex.lastIndex = at;
      if (regex.test(text)) blank(regex.lastIndex);
      else keep(at + 1);
    } else if (char === '}' && templates.at(-1) === depth) {
      templates.pop();
      keep(at + 1);
      template();
    } else {
      if (char === '{') depth++;
      else if (char === '}') depth--;
      keep(at + 1);
    }
  }
  return out;
}

function beginsRegex(before: string): boolean {
  const tail = /([\w$]+|[^\s\w$])\s*$/.exec(before.slice(-200))?.[1];
  return tail === undefined || BEFORE_REGEX.has(tail) || (!/[\w$]$/.test(tail) && !/[)\]}'"`]/.test(tail));
}

const CLOSING: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };

/** Offset of the bracket that is open at an offset, looking back; -1 at the top level. */
export function openBefore(code: string, offset: number): number {
  let depth = 0;
  for (let i = offset - 1; i >= 0; i--) {
    const char = code.charAt(i);
    if (char in CLOSING) depth++;
    else if ((char === '(' || char === '[' || char === '{') && depth-- === 0) return i;
  }
  return -1;
}

/** Offset of the bracket that closes what is open at an offset; -1 where there is none. */
export function closeAfter(code: string, offset: number): number {
  let depth = 0;
  for (let i = offset; i < code.length; i++) {
    const char = code.charAt(i);
    if (char === '(' || char === '[' || char === '{') depth++;
    else if (char in CLOSING && depth-- === 0) return i;
  }
  return -1;
}

/** Looking through a text of this length costs less than an index of its names. */
const SHORT = 2000;
let indexed: { readonly code: string; readonly names: ReadonlyMap<string, readonly number[]> } | undefined;

/** Every name of a text with its places; kept for the last text, because all findings of a file ask. */
function namesOf(code: string): ReadonlyMap<string, readonly number[]> {
  if (indexed?.code === code) return indexed.names;
  const names = new Map<string, number[]>();
  for (const m of code.matchAll(/(?<![\w$#]|(?<!\.\.)\.)[A-Za-z_$][\w$]*/g)) {
    const places = names.get(m[0]);
    if (places) places.push(m.index);
    else names.set(m[0], [m.index]);
  }
  indexed = { code, names };
  return names;
}

/** Places where a name is written in code, not as a property behind a dot; private names with their `#`. */
export function usesOf(name: string, code: string): readonly number[] {
  if (code.length > SHORT && /^[A-Za-z_$]/.test(name)) return namesOf(code).get(name) ?? [];
  const escaped = name.replace(/\$/g, '\\$&');
  const pattern = name.startsWith('#') ? `${escaped}(?![\\w$])` : `(?<![\\w$#]|(?<!\\.\\.)\\.)${escaped}(?![\\w$])`;
  return [...code.matchAll(new RegExp(pattern, 'g'))].map((m) => m.index);
}

/** Start of the expression that is called by the parenthesis at an offset: `trace.getActiveSpan()?.setAttribute` from `trace`. */
export function calleeStart(code: string, paren: number): number {
  let at = paren;
  for (;;) {
    const name = /[\w$#]+\s*$/.exec(code.slice(Math.max(0, at - 200), at));
    if (!name) return at;
    at -= name[0].length;
    const dot = /(?:\?\.|!?\.)\s*$/.exec(code.slice(Math.max(0, at - 200), at));
    if (!dot) return at;
    at -= dot[0].length;
    while (/[)\]]\s*$/.test(code.slice(Math.max(0, at - 200), at)))
      at = openBefore(code, code.slice(0, at).trimEnd().length - 1);
  }
}

/** The expression statement that a call is, with its semicolon; undefined when the call is part of something else. */
export function statementOf(code: string, call: Range): Range | undefined {
  const lead = /(?:\b(?:await|void)\s+)+$/.exec(code.slice(Math.max(0, call.start - 40), call.start));
  const start = call.start - (lead?.[0].length ?? 0);
  const before = code.slice(0, start).trimEnd();
  const isFirstOnLine = /^[ \t]*$/.test(code.slice(code.lastIndexOf('\n', start - 1) + 1, start));
  const begins =
    before === '' || /[;{]$/.test(before) || (isFirstOnLine && /[\w$'"`\])}]$/.test(before) && !isHead(before));
  const after = /^[ \t]*(?:;|(?=\r?\n|\}|$))/.exec(code.slice(call.end));
  if (!begins || !after) return undefined;
  // Without a semicolon the next line may go on with the expression.
  if (!after[0].endsWith(';') && /^\s*[.([?`+\-*/,&|]/.test(code.slice(call.end))) return undefined;
  return { start, end: call.end + (after[0].endsWith(';') ? after[0].length : 0) };
}

/** `if (…)`, `else`: what follows belongs to it. */
function isHead(before: string): boolean {
  if (/\b(?:else|do)$/.test(before)) return true;
  if (!before.endsWith(')')) return false;
  return /\b(?:if|for|while|with)\s*(?:await\s*)?$/.test(before.slice(0, openBefore(before, before.length - 1)));
}

/** Initializer of the only declaration of a name in the file, a `const` that the evidence goes through. */
export function constantOf(name: string, before: number, trace: readonly TraceStep[], text: string): Range | undefined {
  if (!/^[A-Za-z_$][\w$]*$/.test(name)) return undefined;
  const code = codeOnly(text);
  const word = name.replace(/\$/g, '\\$&');
  const declared = [
    ...code.matchAll(
      new RegExp(`\\b(?:const|let|var|function|class)\\s+${word}(?![\\w$])(?:\\s*:[^=;]+)?\\s*=?\\s*`, 'g'),
    ),
  ];
  const [only] = declared;
  if (!only || declared.length > 1 || !only[0].startsWith('const') || !/=\s*$/.test(only[0])) return undefined;
  const start = only.index + only[0].length;
  const end = code.indexOf(';', start);
  if (end < 0 || end > before || /[{}]|=>/.test(code.slice(start, end).replace(/\$\{[^{}]*\}/g, ''))) return undefined;
  const [first, last] = [start, end].map((offset) => text.slice(0, offset).split('\n').length) as [number, number];
  return trace.some((s) => !s.foreign && s.line >= first && s.line <= last) ? { start, end } : undefined;
}
