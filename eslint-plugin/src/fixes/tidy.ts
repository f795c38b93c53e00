import type { Range } from '../analysis/facts.ts';
import { removeEntry, removeStatement, type Edit } from './edits.ts';
import { closeAfter, codeOnly, openBefore, usesOf } from './source.ts';

const ROUNDS = 3;
/** Calls that do nothing but compute: an unused variable with such an initializer can go. */
const PURE = new Set([
  ...[
    'get',
    'header',
    'at',
    'slice',
    'split',
    'join',
    'replace',
    'replaceAll',
    'trim',
    'charAt',
    'concat',
    'includes',
    'startsWith',
  ],
  ...[
    'toString',
    'toLowerCase',
    'toUpperCase',
    'toFixed',
    'toISOString',
    'stringify',
    'String',
    'Number',
    'Boolean',
    'round',
    'floor',
  ],
]);
const KEYWORDS =
  /^(?:const|let|var|new|await|this|typeof|instanceof|in|of|return|null|undefined|true|false|void|if|else)$/;

/** The edits, with those that take away what nothing uses any more: imports, constants, private fields, parameters of arrow functions. */
export function tidied(text: string, edits: readonly Edit[]): readonly Edit[] {
  const code = codeOnly(text);
  const all = [...edits];
  const seen = new Set<string>();
  for (let round = 0; round < ROUNDS; round++) {
    const kept = new Set(all.flatMap((e) => namesIn(codeOnly(e.text))));
    const names = new Set(all.flatMap((e) => namesIn(code.slice(e.start, e.end))));
    const before = all.length;
    for (const name of names) {
      if (seen.has(name) || kept.has(name)) continue;
      const uses = usesOf(name, code).filter((at) => !all.some((e) => at >= e.start && at < e.end));
      const removal = removalOfDeclaration(name, uses, text, code);
      if (removal.length === 0 || removal.some((r) => all.some((e) => r.start < e.end && e.start < r.end))) continue;
      seen.add(name);
      all.push(...removal);
    }
    if (all.length === before) break;
  }
  return all.sort((a, b) => a.start - b.start);
}

function namesIn(code: string): readonly string[] {
  return [...code.matchAll(/(?<![\w$#]|(?<!\.\.)\.(?!#))#?[A-Za-z_$][\w$]*/g)]
    .map((m) => m[0])
    .filter((n) => !KEYWORDS.test(n));
}

function removalOfDeclaration(name: string, uses: readonly number[], text: string, code: string): readonly Edit[] {
  const [first, second] = uses;
  if (first === undefined) return [];
  if (name.startsWith('#'))
    return second === undefined || uses.length > 2 ? [] : fieldRemoval(first, second, text, code);
  if (second !== undefined) return [];
  return (
    importRemoval(name, first, text, code) ?? constantRemoval(first, text, code) ?? parameterRemoval(first, code) ?? []
  );
}

/** `readonly #name: string;` and `this.#name = …;`. */
function fieldRemoval(declared: number, written: number, text: string, code: string): readonly Edit[] {
  const lead = /(?:^|[\n;{}])[ \t]*((?:readonly\s+)?)$/.exec(code.slice(0, declared));
  const field = /^[#\w$]+(?:\s*[?!]?:[^=;{}()]+)?;/.exec(code.slice(declared));
  const self = /(?:^|[\n;{}])[ \t]*(this\.)$/.exec(code.slice(0, written));
  const equals = /^[#\w$]+\s*=\s*(?!=)/.exec(code.slice(written));
  if (!lead || !field || !self || !equals) return [];
  const value = untilSemicolon(code, written + equals[0].length);
  if (!value || !isPure(code.slice(value.start, value.end))) return [];
  return [
    removeStatement(text, { start: declared - (lead[1]?.length ?? 0), end: declared + field[0].length }),
    removeStatement(text, { start: written - 'this.'.length, end: value.end + 1 }),
  ];
}

function importRemoval(name: string, at: number, text: string, code: string): readonly Edit[] | undefined {
  const open = openBefore(code, at);
  if (code.charAt(open) !== '{') return undefined;
  const head = /(?:^|\n)(import\s+(?:type\s+)?)$/.exec(code.slice(0, open));
  const close = closeAfter(code, at);
  const from = /^\}\s*from\s*(?:'[^'\n]*'|"[^"\n]*")[ \t]*;?/.exec(text.slice(close));
  const lead = /[{,]\s*((?:type\s+)?)$/.exec(code.slice(0, at));
  if (!head || !from || !lead || !/^\s*[,}]/.test(code.slice(at + name.length))) return undefined;
  const specifier = { start: at - (lead[1]?.length ?? 0), end: at + name.length };
  const rest = (text.slice(open + 1, specifier.start) + text.slice(specifier.end, close)).replace(/[\s,]/g, '');
  if (rest === '')
    return [removeStatement(text, { start: open - (head[1]?.length ?? 0), end: close + from[0].length })];
  const edit = removeEntry(text, specifier);
  // `{ a, b, c }` without `b`: one space stays.
  return [text.charAt(edit.start - 1) === ' ' && text.charAt(edit.end) === ' ' ? { ...edit, end: edit.end + 1 } : edit];
}

function constantRemoval(at: number, text: string, code: string): readonly Edit[] | undefined {
  const lead = /(?:^|[\n;{}])[ \t]*(const\s+)$/.exec(code.slice(0, at));
  const equals = /^[\w$]+(?:\s*:[^=;]+)?\s*=\s*(?![=>])/.exec(code.slice(at));
  const value = lead && equals ? untilSemicolon(code, at + equals[0].length) : undefined;
  if (!lead || !value || !isPure(code.slice(value.start, value.end))) return undefined;
  return [removeStatement(text, { start: at - (lead[1]?.length ?? 0), end: value.end + 1 })];
}

/** `(span) => …`: a function with fewer parameters can stand wherever it stood. */
function parameterRemoval(at: number, code: string): readonly Edit[] | undefined {
  const after = /^[\w$]+(?:\s*:\s*[\w$.]+)?\s*\)\s*=>/.exec(code.slice(at));
  if (!/[(,]\s*(?:async\s*)?\(\s*$/.test(code.slice(0, at)) || !after) return undefined;
  return [{ start: at, end: at + after[0].lastIndexOf(')'), text: '' }];
}

function untilSemicolon(code: string, start: number): Range | undefined {
  let depth = 0;
  for (let i = start; i < code.length; i++) {
    const char = code.charAt(i);
    if (char === ';' && depth === 0) return { start, end: i };
    if (/[([{]/.test(char)) depth++;
    else if (/[)\]}]/.test(char) && depth-- === 0) return undefined;
  }
  return undefined;
}

function isPure(expression: string): boolean {
  if (/\b(?:await|new|yield|delete|import)\b|\+\+|--|=>|[;{]|(?<![=!<>])=(?!=)/.test(expression.replace(/\$\{/g, '(')))
    return false;
  return [...expression.matchAll(/([\w$]*)\s*(?:\?\.)?\(/g)].every(([, name = '']) => name === '' || PURE.has(name));
}
