/** Flags of a Go (RE2) regular expression that change inside of it, and groups without names or captures. */
interface Flags {
  readonly ignoreCase: boolean;
  readonly dotAll: boolean;
}

/** Repetitions without an upper bound get this one: longer than any token, short enough to stay linear. */
const MOST_REPEATS = 2000;

function bothCases(char: string): string {
  const lower = char.toLowerCase();
  const upper = char.toUpperCase();
  return lower === upper ? char : lower + upper;
}

/** Members of a character class, with the other case of letters and ranges where case does not matter. */
function classBody(body: string, ignoreCase: boolean): string {
  const plain = body.replaceAll('[:alnum:]', 'A-Za-z0-9');
  if (!ignoreCase) return plain;
  let out = '';
  for (const [item] of plain.matchAll(/\\x[0-9a-f]{2}|\\.|[a-z0-9]-[a-z0-9]|[^]/gi)) {
    const other = /^[a-z]/.test(item) ? item.toUpperCase() : /^[A-Z]/.test(item) ? item.toLowerCase() : '';
    out += plain.includes(other) ? item : item + other;
  }
  return out;
}

function classEnd(source: string, start: number): number {
  const first = start + (source[start + 1] === '^' ? 2 : 1);
  for (let at = first; at < source.length; at++) {
    if (source[at] === '\\') at++;
    else if (source.startsWith('[:', at)) at = source.indexOf(':]', at) + 1;
    else if (source[at] === ']' && at > first) return at;
  }
  throw new Error(`A character class of ${source} does not end.`);
}

function flagsOf(letters: string, outer: Flags): Flags {
  const [on = '', off = ''] = letters.split('-');
  return {
    ignoreCase: on.includes('i') || (outer.ignoreCase && !off.includes('i')),
    dotAll: on.includes('s') || (outer.dotAll && !off.includes('s')),
  };
}

/**
 * Rewrites a Go regular expression for JavaScript without flags: inline flags become both cases, captures become
 * groups, and every repetition gets an upper bound, so that a match costs a bounded number of steps per position.
 */
export function goRegexToBoundedJs(source: string): string {
  let flags: Flags = { ignoreCase: false, dotAll: false };
  const outer: Flags[] = [];
  let out = '';
  for (let at = 0; at < source.length; at++) {
    const rest = source.slice(at);
    const char = rest.charAt(0);
    const group = /^\((?:\?(?:P?<\w+>|([ims-]*):))?/.exec(rest);
    const inline = /^\(\?([ims-]+)\)/.exec(rest);
    const open = /^\{(\d+),\}\??/.exec(rest);
    if (inline !== null) {
      flags = flagsOf(inline[1] ?? '', flags);
      at += inline[0].length - 1;
    } else if (group !== null) {
      outer.push(flags);
      flags = flagsOf(group[1] ?? '', flags);
      out += '(?:';
      at += group[0].length - 1;
    } else if (char === ')') {
      flags = outer.pop() ?? flags;
      out += ')';
    } else if (char === '[') {
      const end = classEnd(source, at);
      out += `[${classBody(source.slice(at + 1, end), flags.ignoreCase)}]`;
      at = end;
    } else if (char === '\\') {
      const escape = /^\\x[0-9a-f]{2}/i.exec(rest)?.[0] ?? rest.slice(0, 2);
      out += escape === '\\z' ? '$' : escape;
      at += escape.length - 1;
    } else if (open !== null) {
      out += `{${open[1] ?? '0'},${MOST_REPEATS}}`;
      at += open[0].length - 1;
    } else if (char === '*' || char === '+') {
      out += `{${char === '*' ? 0 : 1},${MOST_REPEATS}}`;
    } else if (char === '.' && flags.dotAll) {
      out += '[^]';
    } else {
      const both = flags.ignoreCase ? bothCases(char) : char;
      out += both.length > 1 ? `[${both}]` : char;
    }
  }
  new RegExp(out);
  return out;
}
