/** How a file is written, so that what is inserted looks like it. */
export interface Style {
  readonly eol: '\n' | '\r\n';
  readonly quote: "'" | '"';
  /** `;`, or nothing where the file does without. */
  readonly semi: ';' | '';
  /** One level of indentation. */
  readonly unit: string;
  /** `,` behind the last entry of a literal over several lines. */
  readonly comma: ',' | '';
  readonly isTypeScript: boolean;
}

/** Style of a file by majority of its lines. */
export function styleOf(path: string, text: string): Style {
  const count = (pattern: RegExp): number => text.match(pattern)?.length ?? 0;
  const crlf = count(/\r\n/g);
  const fromImports = {
    single: count(/(?:from|require\(|import)\s*'/g),
    double: count(/(?:from|require\(|import)\s*"/g),
  };
  const quotes = fromImports.single !== fromImports.double ? fromImports : { single: count(/'/g), double: count(/"/g) };
  const statements = count(/[\w)\]'"`][ \t]*(?:\/\/[^\n]*)?\r?$/gm);
  return {
    eol: crlf * 2 > count(/\n/g) ? '\r\n' : '\n',
    quote: quotes.double > quotes.single ? '"' : "'",
    semi: count(/;[ \t]*(?:\/\/[^\n]*)?\r?$/gm) * 4 >= statements ? ';' : '',
    unit: unitOf(text),
    comma: count(/,\s*\n\s*[}\])]/g) >= count(/^[ \t]*['"]?[\w$]+['"]?: [^\n;]*[^\s,;{([]\r?\n[ \t]*\}/gm) ? ',' : '',
    isTypeScript: /\.[cm]?tsx?$/.test(path),
  };
}

/** The most frequent step from a line that opens a block to the next one. */
function unitOf(text: string): string {
  const steps = new Map<string, number>();
  for (const [, outer = '', inner = ''] of text.matchAll(/^([ \t]*)\S[^\n]*[{([]\r?\n([ \t]+)(?=[^\s*])/gm)) {
    if (!inner.startsWith(outer) || inner.length === outer.length) continue;
    const step = inner.slice(outer.length);
    steps.set(step, (steps.get(step) ?? 0) + 1);
  }
  const [best] = [...steps].sort((a, b) => b[1] - a[1]);
  return best?.[0] ?? '  ';
}

/** Indentation of the line of an offset. */
export function indentAt(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start))?.[0] ?? '';
}
