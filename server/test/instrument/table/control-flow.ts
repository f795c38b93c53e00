import type { Case } from './case.ts';

/** Plain functions: returns, loops, switches, tries, closures, recursion. */
export const controlFlow: readonly Case[] = [
  {
    title: 'early returns',
    source: `export function dis¦count(total: number): number {
  if (total <= 0) return 0;
  // loyal customers
  if (total > 100) {
    return total * 0.9;
  }
  return total;
}
`,
    calls: ['m.discount(0)', 'm.discount(200)', 'm.discount(50)'],
    span: 'discount',
  },
  {
    title: 'throws an Error',
    source: `export const missing = new RangeError('no such order');
export function pick(list: readonly string[], at: number) {
  const found = list[at];
  if (found === undefined) th¦row missing;
  return found;
}
`,
    calls: ["m.pick(['a'], 0)", "m.pick(['a'], 3)"],
    span: 'pick',
  },
  {
    title: 'throws what is no Error',
    source: `export function reje¦ct(kind: number): string {
  // eslint-disable-next-line no-throw-literal
  if (kind === 1) throw 'plain text';
  if (kind === 2) throw undefined;
  if (kind === 3) throw { code: 'E_KIND' };
  if (kind === 4) throw 42;
  return 'fine';
}
`,
    calls: [0, 1, 2, 3, 4].map((n) => `m.reject(${n})`),
    span: 'reject',
  },
  {
    title: 'try, catch and finally with returns',
    source: `const log: string[] = [];
export function parse(text: string) {
  tr¦y {
    return JSON.parse(text) as unknown;
  } catch (error) {
    log.push('bad');
    return error instanceof SyntaxError ? 'syntax' : 'other';
  } finally {
    log.push('done');
  }
}
export const seen = () => log.join();
`,
    calls: [`m.parse('{"a":1}')`, "m.parse('{')", 'm.parse("[") + m.seen()'],
    span: 'parse',
  },
  {
    title: 'return in finally wins over a throw',
    source: `export function quiet(fn: () => string): string {
  let result = 'none';
  try {
    result = fn();
    throw new Error(result);
  } finally {
    // eslint-disable-next-line no-unsafe-finally
    return ¦result;
  }
}
`,
    calls: ["m.quiet(() => 'x')", "m.quiet(() => { throw new Error('y'); })"],
    span: 'quiet',
  },
  {
    title: 'switch with fall-through',
    source: `type Kind = 'a' | 'b' | 'c';
export function rank(ki¦nd: Kind): 1 | 2 | 3 {
  switch (kind) {
    case 'a':
    case 'b':
      return kind === 'a' ? 1 : 2;
    default:
      return 3;
  }
}
`,
    calls: ["m.rank('a')", "m.rank('b')", "m.rank('c')"],
    span: 'rank',
  },
  {
    title: 'labelled loops',
    source: `export function firstPair(rows: number[][], sum: number) {
  outer: for (const row of rows) {
    for (const [i, a] of row.entries()) {
      if (a < 0) continue outer;
      for (const b of row.slice(i + 1)) if (a + b === sum) ret¦urn [a, b];
      if (a > 100) break outer;
    }
  }
  return undefined;
}
`,
    calls: ['m.firstPair([[1, -1, 4], [2, 3]], 5)', 'm.firstPair([[101], [2, 3]], 5)'],
    span: 'firstPair',
  },
  {
    title: 'do while with var',
    source: `export function collatz(n: number) {
  var ste¦ps = 0;
  do {
    var half = n / 2;
    n = n % 2 === 0 ? half : 3 * n + 1;
    steps += 1;
  } while (n !== 1);
  return steps;
}
`,
    calls: ['m.collatz(6)'],
    span: 'collatz',
  },
  {
    title: 'recursive',
    source: `export function fact¦orial(n: number): number {
  return n <= 1 ? 1 : n * factorial(n - 1);
}
`,
    calls: ['m.factorial(3)'],
    spans: 3,
    span: 'factorial',
  },
  {
    title: 'closures over parameters and defaults',
    source: `let calls = 0;
export function counter(start = (calls += 10), { step: by = 2, ...rest }: { step?: number; up?: boolean } = {}) {
  let n = start;
  const next = () => (n += rest.up === false ? -by : by);
  ¦next();
  return { n, twice: next() + next(), calls };
}
`,
    calls: ['m.counter()', 'm.counter(1, { step: 5, up: false })'],
    span: 'counter',
  },
  {
    title: 'callback style',
    source: `type Done = (error: Error | null, value?: string) => void;
export const load = function (id: string, done: Done) {
  ¦if (!id) return done(new Error('id'));
  done(null, id.toUpperCase());
};
`,
    calls: [
      '(() => { const out = []; m.load("a", (e, v) => out.push(String(e), v)); m.load("", (e) => out.push(String(e))); return out; })()',
    ],
    spans: 2,
    span: 'load',
  },
  {
    title: 'arguments and this of a plain function',
    path: 'legacy.js',
    source: `'use strict';

exports.sum = function () {
  var total = this ? this.base : 0;
  for (var i = 0; i < arguments.length; i++) total += argu¦ments[i];
  return total;
};
`,
    calls: ['m.sum.call({ base: 10 }, 1, 2, 3)', 'm.sum.call(undefined, 4)'],
    span: 'sum',
  },
  {
    title: 'directive in the function',
    path: 'legacy.js',
    source: `function whoami() {
  'use strict';
  return this === undefined ¦? 'strict' : 'sloppy';
}
module.exports = { whoami };
`,
    calls: ['m.whoami.call(undefined)'],
    span: 'whoami',
  },
  {
    title: 'template literal over several lines',
    source: `export function page(title: string) {
  const body = \`<h1>
    \${title}
</h1>\`;
  ret¦urn \`\${body}
  <p>\${[1, 2]
    .map((n) => \`<i>
\${n}</i>\`)
    .join('')}</p>
\`;
}
`,
    calls: ["m.page('x')"],
    span: 'page',
  },
  {
    title: 'string that goes on in the next line',
    path: 'legacy.cjs',
    source: `exports.text = function text() {
  return 'one \\
two' + ¦1;
};
`,
    calls: ['m.text()'],
    span: 'text',
  },
  {
    title: 'type predicate',
    source: `interface Paid { readonly paid: true }
export function isPaid(order: object): order is Paid {
  return 'paid' in order && order.paid =¦== true;
}
export const use = (o: object): boolean => (isPaid(o) ? o.paid : false);
`,
    calls: ['m.isPaid({ paid: true })', 'm.isPaid({})'],
    span: 'isPaid',
  },
  {
    title: 'assertion function',
    source: `export function assertText(value: unknown): asserts value is string {
  if (typeof value !== 'string') ¦throw new TypeError('text expected');
}
export const use = (v: unknown): number => {
  assertText(v);
  return v.length;
};
`,
    calls: ["m.assertText('a')", 'm.assertText(1)'],
    span: 'assertText',
  },
  {
    title: 'never returns',
    source: `export function fail(code: number): never {
  throw Object.assign(new Error(\`code \${code}\`), { ¦code });
}
export const use = (n: number | undefined): number => n ?? fail(1);
`,
    calls: ['m.fail(3)'],
    span: 'fail',
  },
  {
    title: 'generic with literal types',
    source: `export function keyed<T extends { kind: string }, K extends T['kind']>(items: readonly T[], kind: K): Extract<T, { kind: K }>[] {
  const hit = (item: T): item is Extract<T, { kind: K }> => item.kind === kind;
  return items.fil¦ter(hit);
}
`,
    calls: ["m.keyed([{ kind: 'a' }, { kind: 'b' }], 'b')"],
    span: 'keyed',
  },
  {
    title: 'overloads',
    source: `export function size(value: string): number;
export function size(value: number): string;
export function size(value: string | number): number | string {
  return typeof value === 'string' ? value.length : ¦String(value);
}
export const both = (): [number, string] => [size('abc'), size(3)];
`,
    calls: ["m.size('abc')", 'm.size(3)'],
    span: 'size',
  },
  {
    title: 'names that are taken',
    source: `const tracer = 'taken';
const Counter = 1;
export function check(span: string, outcome: number) {
  const stopTimer = span + tracer + String(Counter);
  const error = ou¦tcome;
  return stopTimer + String(error);
}
`,
    calls: ["m.check('a', 2)"],
    span: 'check',
  },
  {
    title: 'body on one line',
    source: `export function add(a: number, b: number) { const c = a + b; return ¦c; }
`,
    calls: ['m.add(1, 2)'],
    span: 'add',
  },
  {
    title: 'empty body with a comment',
    source: `export function noop() {
  // not¦hing to do
}
`,
    calls: ['m.noop()'],
    span: 'noop',
  },
  {
    title: 'comments at every edge',
    source: `export function edges(/* first */ a: number /* after */): number { // behind the brace
  // before
  const b = a; /* block */ // line

  /* before return */
  return b ¦+ 1; // result
  // the end
}
`,
    calls: ['m.edges(1)'],
    span: 'edges',
  },
  {
    title: 'tabs, CRLF, double quotes',
    source: [
      'import { step } from "./kit";',
      '',
      'export function tabbed(flag: boolean) {',
      '\tif (flag) {',
      '\t\treturn step("yes");¦',
      '\t}',
      '\treturn "no";',
      '}',
      '',
    ].join('\r\n'),
    calls: ['m.tabbed(true)', 'm.tabbed(false)'],
    span: 'tabbed',
  },
  {
    title: 'without semicolons, four spaces',
    source: `import { step } from './kit'
;[1, 2].forEach(step)

export function bare(x: number) {
    const y = x
    return [y]
        .map((n) => ¦n + 1)
}
`,
    calls: ['m.bare(1)'],
    span: 'bare',
  },
  {
    title: 'function in a function',
    source: `export function outer(n: number) {
  function inner(x: number) {
    ret¦urn x * 2;
  }
  return inner(n) + inner(n + 1);
}
`,
    calls: ['m.outer(1)'],
    spans: 2,
    span: 'inner',
  },
];
