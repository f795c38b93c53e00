import type { TypeAnswer } from '../../../../eslint-plugin/src/analysis/host.ts';

/** A file with one expression whose type is asked for, between « and », and what every back end has to say. */
export interface TypeCase {
  readonly name: string;
  readonly code: string;
  readonly answer: TypeAnswer;
  /** Files beside it. */
  readonly files?: Readonly<Record<string, string>>;
}

const union = (count: number): TypeAnswer => ({ kind: 'union', count });
const object = (symbol: string, declaredIn: string): TypeAnswer => ({ kind: 'object', symbol, declaredIn });

/** What decides about labels and receivers, one construct each. */
export const CASES: readonly TypeCase[] = [
  {
    name: 'union of literals',
    code: `declare const plan: 'free' | 'paid' | 'trial';\nuse(«plan»);`,
    answer: union(3),
  },
  { name: 'one literal', code: `const plan = 'free' as const;\nuse(«plan»);`, answer: union(1) },
  {
    name: 'union with undefined and null',
    code: `declare const plan: 'free' | 'paid' | undefined | null;\nuse(«plan»);`,
    answer: union(2),
  },
  {
    name: 'one literal or undefined',
    code: `declare const plan: 'free' | undefined;\nuse(«plan»);`,
    answer: union(1),
  },
  {
    name: 'string or undefined',
    code: `declare const plan: string | undefined;\nuse(«plan»);`,
    answer: { kind: 'string' },
  },
  { name: 'string', code: `declare const plan: string;\nuse(«plan»);`, answer: { kind: 'string' } },
  { name: 'number', code: `declare const code: number;\nuse(«code»);`, answer: { kind: 'number' } },
  { name: 'numbers', code: `declare const code: 200 | 404 | 500;\nuse(«code»);`, answer: union(3) },
  { name: 'boolean', code: `declare const ok: boolean;\nuse(«ok»);`, answer: union(2) },
  { name: 'boolean or undefined', code: `declare const ok: { is?: boolean };\nuse(«ok.is»);`, answer: union(2) },
  { name: 'true', code: `declare const ok: true;\nuse(«ok»);`, answer: union(1) },
  { name: 'bigint literal', code: `declare const n: 1n | 2n;\nuse(«n»);`, answer: union(2) },
  {
    name: 'enum of strings',
    code: `enum Tier { Free = 'free', Paid = 'paid' }\ndeclare const tier: Tier;\nuse(«tier»);`,
    answer: union(2),
  },
  {
    name: 'enum of numbers',
    code: `enum Tier { Free, Paid, Trial }\ndeclare const tier: Tier;\nuse(«tier»);`,
    answer: union(3),
  },
  {
    name: 'member of an enum',
    code: `enum Tier { Free = 'free', Paid = 'paid' }\nuse(«Tier.Paid»);`,
    answer: union(1),
  },
  {
    name: 'enum with one member',
    code: `enum Tier { Free = 'free' }\ndeclare const tier: Tier;\nuse(«tier»);`,
    answer: union(1),
  },
  {
    name: 'branded id',
    code: `type UserId = string & { readonly __brand: 'UserId' };\ndeclare const id: UserId;\nuse(«id»);`,
    answer: { kind: 'unknown' },
  },
  {
    name: 'brand of a secret, as an interface',
    code: `interface Secret<T> { readonly __secret: T }\ndeclare const token: Secret<string>;\nuse(«token»);`,
    answer: object('Secret', ''),
  },
  {
    name: 'brand of personal data, as an intersection',
    code: `type Pii<T> = T & { readonly __pii: true };\ndeclare const mail: Pii<string>;\nuse(«mail»);`,
    answer: { kind: 'unknown' },
  },
  {
    name: 'keyof',
    code: `interface Prices { free: 0; paid: 10 }\ndeclare const plan: keyof Prices;\nuse(«plan»);`,
    answer: union(2),
  },
  {
    name: 'parameter of a generic function with a constraint',
    code: `export function f<T extends 'a' | 'b'>(plan: T) { use(«plan»); }`,
    answer: union(2),
  },
  {
    name: 'parameter of a generic function with string as constraint',
    code: `export function f<T extends string>(plan: T) { use(«plan»); }`,
    answer: { kind: 'string' },
  },
  {
    name: 'parameter of a generic function without a constraint',
    code: `export function f<T>(plan: T) { use(«plan»); }`,
    answer: { kind: 'unknown' },
  },
  {
    name: 'generic with a constraint or undefined',
    code: `export function f<T extends 'a' | 'b'>(plan?: T) { use(«plan»); }`,
    answer: union(2),
  },
  {
    name: 'keyof of a type parameter',
    code: `export function f<T extends { a: 1; b: 2 }>(all: T, key: keyof T & string) { use(«key»); }`,
    answer: { kind: 'string' },
  },
  {
    name: 'string of the standard library',
    code: `use(«JSON.stringify({})»);`,
    answer: { kind: 'string' },
  },
  {
    name: 'template literal type of literals',
    code: `declare const plan: \`\${'eu' | 'us'}-\${'free' | 'paid'}\`;\nuse(«plan»);`,
    answer: union(4),
  },
  {
    name: 'template literal type of strings',
    code: `declare const route: \`/users/\${string}\`;\nuse(«route»);`,
    answer: { kind: 'unknown' },
  },
  {
    name: 'elements of a constant array',
    code: `const plans = ['free', 'paid', 'trial'] as const;\ndeclare const plan: (typeof plans)[number];\nuse(«plan»);`,
    answer: union(3),
  },
  {
    name: 'element of a constant array by index',
    code: `const plans = ['free', 'paid', 'trial'] as const;\ndeclare const i: number;\nuse(«plans[i]»);`,
    answer: union(3),
  },
  {
    name: 'values of a constant object',
    code: `const plans = { a: 'free', b: 'paid' } as const;\ndeclare const k: keyof typeof plans;\nuse(«plans[k]»);`,
    answer: union(2),
  },
  { name: 'any', code: `declare const plan: any;\nuse(«plan»);`, answer: { kind: 'unknown' } },
  { name: 'unknown', code: `declare const plan: unknown;\nuse(«plan»);`, answer: { kind: 'unknown' } },
  { name: 'never', code: `declare const plan: never;\nuse(«plan»);`, answer: { kind: 'unknown' } },
  {
    name: 'a type that cannot be found',
    code: `import { nowhere } from 'no-such-package';\nuse(«nowhere.plan»);`,
    answer: { kind: 'unknown' },
  },
  {
    name: 'type of another file',
    code: `import { planOf } from './plans.js';\nuse(«planOf('x')»);`,
    files: {
      'plans.ts': `export type Plan = 'free' | 'paid';\nexport declare function planOf(id: string): Plan | undefined;`,
    },
    answer: union(2),
  },
  {
    name: 'type of another file, passed on by a third',
    code: `import type { Plan } from './index.js';\ndeclare const plan: Plan;\nuse(«plan»);`,
    files: { 'index.ts': `export type * from './all.js';`, 'all.ts': `export type Plan = 'a' | 'b' | 'c';` },
    answer: union(3),
  },
  {
    name: 'added to a global interface by another file',
    code: `declare const plan: keyof PricesOfAll;\nuse(«plan»);`,
    files: {
      'ambient.d.ts': `interface PricesOfAll { free: 0 }`,
      'more.ts': `export {};\ndeclare global { interface PricesOfAll { paid: 1; trial: 2 } }`,
    },
    answer: union(3),
  },
  {
    name: 'class of a package',
    code: `import type { Counter } from 'prom-client';\ndeclare function made(): Counter<'a'>;\nuse(«made()»);`,
    answer: object('Counter', 'prom-client'),
  },
  {
    name: 'class of a package or undefined',
    code: `import type { Gauge } from 'prom-client';\ndeclare const all: { gauge?: Gauge<'a'> };\nuse(«all.gauge»);`,
    answer: object('Gauge', 'prom-client'),
  },
  {
    name: 'class of the standard library',
    code: `use(«new Map<string, number>()»);`,
    answer: object('Map', 'typescript'),
  },
  { name: 'interface of the standard library', code: `use(«[1, 2]»);`, answer: object('Array', 'typescript') },
  { name: 'date', code: `use(«new Date()»);`, answer: object('Date', 'typescript') },
  {
    name: 'shorthand property',
    code: `declare const plan: 'a' | 'b';\nuse({ «plan» });`,
    answer: union(2),
  },
  {
    name: 'narrowed by a check',
    code: `declare const plan: 'a' | 'b' | 'c';\nif (plan !== 'c') use(«plan»);`,
    answer: union(2),
  },
  {
    name: 'conditional expression',
    code: `declare const ok: boolean;\nuse(«ok ? 'yes' : 'no'»);`,
    answer: union(2),
  },
  {
    name: 'optional chain',
    code: `declare const order: { plan: 'a' | 'b' } | undefined;\nuse(«order?.plan»);`,
    answer: union(2),
  },
  {
    name: 'what a promise gives',
    code: `declare function plan(): Promise<'a' | 'b'>;\nexport async function f() { use(«await plan()»); }`,
    answer: union(2),
  },
  {
    name: 'not null, they say',
    code: `declare const order: { plan?: 'a' | 'b' };\nuse(«order.plan!»);`,
    answer: union(2),
  },
  {
    name: 'behind characters of two units',
    code: `const s = '😀😀'; /* 𝒳 é */ declare const plan: 'a' | 'b'; use(«plan»);`,
    answer: union(2),
  },
];
