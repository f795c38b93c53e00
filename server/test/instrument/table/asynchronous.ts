import type { Case } from './case.ts';

/** Async functions, promise chains, retry loops. */
export const asynchronous: readonly Case[] = [
  {
    title: 'async function',
    source: `import { failing, later } from './kit';

export const down = new Error('down');
/** Charges an order. */
export async function charge(id: string) {
  ¦const row = await later({ id });
  if (id === '') await failing(down);
  return row.id;
}
`,
    calls: ["m.charge('a')", "m.charge('')"],
    span: 'charge',
  },
  {
    title: 'returned promise that fails later',
    source: `import { failing, later } from './kit';
export const late = new Error('late');
export async function relay(ok: boolean): Promise<string> {
  if (!ok) return failing(late);
  return ¦later('ok');
}
`,
    calls: ['m.relay(true)', 'm.relay(false)'],
    span: 'relay',
  },
  {
    title: 'conditional and logical returns',
    source: `import { failing, later } from './kit';
const empty: string | null = null as string | null;
export async function pick(n: number): Promise<string | number | null> {
  if (n === 0) return empty ?? (await later('nullish'));
  if (n === 1) return n > 0 ? la¦ter('one') : null;
  if (n === 2) return (await later('')) || later('or');
  if (n === 3) return (void n, later('comma'));
  if (n === 4) return failing(new Error('four')) as Promise<string>;
  return n + 1;
}
`,
    calls: [0, 1, 2, 3, 4, 5].map((n) => `m.pick(${n})`),
    span: 'pick',
  },
  {
    title: 'retry loop',
    source: `import { failing, later } from './kit';

export async function withRetry<T>(work: (attempt: number) => Promise<T>, { attempts = 3 } = {}): Promise<T> {
  let last: unknown;
  for (let attempt = 1; attempt <= attempts; attempt++) {
    try {
      return await work(¦attempt);
    } catch (error) {
      last = error;
      await later(attempt);
    }
  }
  throw last;
}
export const flaky = (until: number) => withRetry((n) => (n < until ? failing(new Error(\`try \${n}\`)) : later(n)));
`,
    calls: ['m.flaky(2)', 'm.flaky(9)'],
    span: 'withRetry',
  },
  {
    title: 'async arrow, one line',
    source: `import { later } from './kit';
export const find = async (id: string) => lat¦er({ id });
`,
    calls: ["m.find('x')"],
    span: 'find',
  },
  {
    title: 'async arrow with an object, on the next line',
    source: `import { later } from './kit';
export const wrap = async (id: string): Promise<{ id: string; kind: 'order' }> =>
  // the shape of the api
  ({ id: await later(id), ki¦nd: 'order' });
`,
    calls: ["m.wrap('x')"],
    span: 'wrap',
  },
  {
    title: 'arrow over several lines',
    source: `import { later } from './kit';
export const names = async (list: readonly string[]) =>
  (
    await Promise.all(list.map((item) => later(item)))
  )
    .map((item) => item.toUp¦perCase())
    .join();
`,
    calls: ["m.names(['a', 'b'])"],
    span: 'names',
  },
  {
    title: 'promise chain without async',
    source: `import { failing, later } from './kit';
export const gone = new Error('gone');
export function fetchOrder(id: string) {
  const source = id === '' ? failing(gone) : later({ id, total: 3 });
  return source
    .then((row) => row.to¦tal)
    .finally(() => undefined);
}
`,
    calls: ["m.fetchOrder('a')", "m.fetchOrder('')"],
    returns: 'promise',
    span: 'fetchOrder',
  },
  {
    title: 'new Promise',
    source: `import { step } from './kit';
export function sleep(ms: number): Promise<string> {
  return new Promise((resolve, reject) => {
    if (ms < 0) reject(new RangeError('ms'));
    setTimeout(() => resolve(step('woke')), ms);
 ¦ });
}
`,
    calls: ['m.sleep(1)'],
    returns: 'promise',
    span: 'sleep',
  },
  {
    title: 'promise or throw at once',
    source: `import { later } from './kit';
export const bad = new TypeError('id');
export function load(id: string): Promise<string> {
  if (!id) throw bad;
  return la¦ter(id);
}
`,
    calls: ["m.load('a')", "m.load('')"],
    returns: 'promise',
    span: 'load',
  },
  {
    title: 'promise from somewhere else',
    source: `import { later } from './kit';
const repo = { find: later };
export function byId(id: string) {
  re¦turn repo.find(id);
}
`,
    calls: ["m.byId('a')"],
    returns: 'promise',
    span: 'byId',
  },
  {
    title: 'value from somewhere else',
    source: `import { step } from './kit';
const cache = { read: step };
export const cached = (key: string) => cache.read(k¦ey);
`,
    calls: ["m.cached('a')"],
    span: 'cached',
  },
  {
    title: 'Promise.all with destructuring',
    source: `import { later } from './kit';
export async function both(a: number, ...rest: number[]) {
  const [first, second] = await Promise.all([later(a), Promise.all(rest.map(later))]);
  const { length } = second;
  return { first, ¦length };
}
`,
    calls: ['m.both(1, 2, 3)'],
    span: 'both',
  },
  {
    title: 'for await',
    source: `import { later } from './kit';
async function* source() {
  yield await later(1);
  yield 2;
}
export async function sum() {
  let total = 0;
  for await (const n of source()) to¦tal += n;
  return total;
}
`,
    calls: ['m.sum()'],
    span: 'sum',
  },
  {
    title: 'contextual literal type',
    source: `type Check = () => Promise<{ status: 'up' | 'down' }>;
export const health: Check = async () => {
  const ok = await Promise.resolve(true);
  return { status: ok ? 'up' : '¦down' };
};
`,
    calls: ['m.health()'],
    span: 'health',
  },
  {
    title: 'contextual literal type of a plain function',
    source: `export const level: (n: number) => 'low' | 'high' = (n) => {
  if (n > 3) return 'high';
  return ¦'low';
};
`,
    calls: ['m.level(1)', 'm.level(5)'],
    span: 'level',
  },
  {
    title: 'generic async function',
    source: `import { later } from './kit';
export async function first<T>(load: () => Promise<readonly T[]>): Promise<T | undefined> {
  const rows = await load();
  return ro¦ws[0];
}
export const use = () => first(() => later(['a', 'b']));
`,
    calls: ['m.use()'],
    span: 'first',
  },
  {
    title: 'async IIFE inside a plain function',
    source: `import { later } from './kit';
export function start(out: string[]) {
  return (async () => {
    out.push(await later('started'));
    return ou¦t;
  })();
}
`,
    calls: ['m.start([])'],
    returns: 'promise',
    span: 'start',
  },
  {
    title: 'void function with await and nothing to return',
    source: `import { failing, later } from './kit';
export async function publish(out: string[], ok = true): Promise<void> {
  out.push(await later('sent'));
  if (!ok) return failing(new Error('refused'));
  ¦
}
`,
    calls: ['m.publish([])', 'm.publish([], false)'],
    span: 'publish',
  },
];
