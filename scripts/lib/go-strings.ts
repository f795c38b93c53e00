/** A value of the few Go expressions that lists of test strings are made of. */
export type GoValue = string | undefined | readonly GoValue[] | { readonly sample: string; readonly secret: string };

/** Calls by their dotted name; an unknown one makes the whole expression unknown. */
export type GoCalls = Readonly<Record<string, (args: readonly GoValue[]) => GoValue>>;

interface State {
  readonly text: string;
  at: number;
}

const ESCAPES: Record<string, string> = { n: '\n', t: '\t', r: '\r', '"': '"', '\\': '\\', "'": "'" };

function skip(state: State): void {
  const blank = /(?:\s+|\/\/[^\n]*|\/\*[^]*?\*\/)*/y;
  blank.lastIndex = state.at;
  state.at += blank.exec(state.text)?.[0].length ?? 0;
}

function take(state: State, pattern: RegExp): string | undefined {
  skip(state);
  const sticky = new RegExp(pattern, 'y');
  sticky.lastIndex = state.at;
  const found = sticky.exec(state.text)?.[0];
  state.at += found?.length ?? 0;
  return found;
}

function list(state: State, end: RegExp, env: ReadonlyMap<string, GoValue>, calls: GoCalls): GoValue[] {
  const items: GoValue[] = [];
  while (take(state, end) === undefined) {
    const key = expression(state, env, calls);
    const item = take(state, /:(?!=)/) === undefined ? key : expression(state, env, calls);
    if (take(state, /\.\.\./) !== undefined && Array.isArray(item)) items.push(...(item as GoValue[]));
    else items.push(item);
    take(state, /,/);
    if (state.at >= state.text.length) break;
  }
  return items;
}

function primary(state: State, env: ReadonlyMap<string, GoValue>, calls: GoCalls): GoValue {
  const raw = take(state, /`[^`]*`/);
  if (raw !== undefined) return raw.slice(1, -1);
  const quoted = take(state, /"(?:[^"\\\n]|\\.)*"/);
  if (quoted !== undefined)
    return quoted
      .slice(1, -1)
      .replaceAll(/\\(?:x([\da-f]{2})|u([\da-f]{4})|(.))/gi, (_all, hex?: string, unit?: string, char?: string) =>
        hex === undefined && unit === undefined
          ? (ESCAPES[char ?? ''] ?? char ?? '')
          : String.fromCharCode(parseInt(hex ?? unit ?? '', 16)),
      );
  if (take(state, /\[\]string\{|map\[string\]string\{|\{/) !== undefined) return list(state, /\}/, env, calls);
  if (take(state, /\(/) !== undefined) return list(state, /\)/, env, calls)[0];
  const name = take(state, /[A-Za-z_][\w.]*|\d+/);
  if (name === undefined) {
    state.at++;
    return undefined;
  }
  if (take(state, /\(/) === undefined) return env.get(name);
  const args = list(state, /\)/, env, calls);
  return calls[name]?.(args);
}

function expression(state: State, env: ReadonlyMap<string, GoValue>, calls: GoCalls): GoValue {
  let value = primary(state, env, calls);
  while (take(state, /\+(?!=)/) !== undefined) {
    const right = primary(state, env, calls);
    value = typeof value === 'string' && typeof right === 'string' ? value + right : undefined;
  }
  return value;
}

/** Runs the assignments of a Go function body that concern strings and lists of strings. */
export function runGoStrings(body: string, calls: GoCalls): ReadonlyMap<string, GoValue> {
  const env = new Map<string, GoValue>();
  for (const match of body.matchAll(/^\s*(\w+)\s*(?::=|=)\s*(?=["`[\w(]|map\[)/gm)) {
    const [whole, name = ''] = match;
    const state: State = { text: body, at: match.index + whole.length };
    env.set(name, expression(state, env, { ...calls, append: (args) => args.flat() }));
  }
  return env;
}
