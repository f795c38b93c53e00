import type { Case } from './case.ts';

/** Methods of classes and objects, generators and iterators. */
export const members: readonly Case[] = [
  {
    title: 'method of a class',
    path: 'order.service.ts',
    source: `import { later } from './kit';
export class OrderService {
  #total = 0;
  constructor(private readonly prefix: string) {}

  async charge(amount: number): Promise<string> {
    if (amount < 0) throw new RangeError('amount');
    this.#total += await later(amo¦unt);
    return \`\${this.prefix}\${this.#total}\`;
  }
}
`,
    calls: ["new m.OrderService('€').charge(3)", "new m.OrderService('€').charge(-1)"],
    span: 'OrderService.charge',
  },
  {
    title: 'cursor on the name of a method',
    source: `export class Cart {
  items: string[] = [];
  /** Adds an item. */
  ad¦d(item: string): this {
    this.items.push(item);
    return this;
  }
}
`,
    calls: ["new m.Cart().add('a').items"],
    span: 'Cart.add',
  },
  {
    title: 'static and private methods',
    source: `export class Ids {
  static #next = 1;
  static make(prefix: string) {
    return Ids.#for¦mat(prefix, Ids.#next++);
  }
  static #format(prefix: string, n: number) {
    return prefix + String(n);
  }
}
`,
    calls: ["m.Ids.make('a')"],
    span: 'Ids.make',
  },
  {
    title: 'private method',
    source: `export class Hash {
  of(text: string) {
    return this.#mix(text.length);
  }
  #mix(n: number) {
    ¦return n * 31;
  }
}
`,
    calls: ["new m.Hash().of('abc')"],
    span: 'Hash.mix',
  },
  {
    title: 'super and overridden methods',
    source: `import { later } from './kit';
class Base {
  async save(id: string) {
    return \`base \${await later(id)}\`;
  }
}
export class Repo extends Base {
  override async save(id: string) {
    const saved = await super.sa¦ve(id);
    return [saved, typeof super.save].join();
  }
}
`,
    calls: ["new m.Repo().save('x')"],
    span: 'Repo.save',
  },
  {
    title: 'protected method that returns a promise',
    source: `import { later } from './kit';
export abstract class Store {
  abstract key(): string;
  protected fetch(id: string): Promise<string> {
    return later(this.key() + i¦d);
  }
  public get(id: string) {
    return this.fetch(id);
  }
}
export class Disk extends Store {
  key() {
    return 'disk:';
  }
}
`,
    calls: ["new m.Disk().get('x')"],
    returns: 'promise',
    span: 'Store.fetch',
  },
  {
    title: 'decorated method',
    source: `function Get(path: string) {
  return <F>(method: F, context: ClassMethodDecoratorContext) => (void path, void context, method);
}
export class Controller {
  @Get(':id')
  find(id: string) {
    retu¦rn { id };
  }
}
`,
    calls: ["new m.Controller().find('7')"],
    span: 'Controller.find',
  },
  {
    title: 'arrow in a field',
    source: `export class Button {
  clicks = 0;
  readonly onClick = (by = 1) => {
    this.clicks += b¦y;
    return this.clicks;
  };
}
`,
    calls: ['(0, new m.Button().onClick)(2)'],
    span: 'Button.onClick',
  },
  {
    title: 'overloaded method',
    source: `export class Json {
  read(text: string): unknown;
  read(text: string, fallback: string): string;
  read(text: string, fallback?: string): unknown {
    try {
      return JSON.pa¦rse(text);
    } catch {
      return fallback;
    }
  }
}
export const use = (): string => new Json().read('{', 'none');
`,
    calls: ["new m.Json().read('{', 'x')", "new m.Json().read('1')"],
    span: 'Json.read',
  },
  {
    title: 'methods of an object of resolvers',
    source: `import { later } from './kit';
export const resolvers = {
  Query: {
    async order(_parent: unknown, { id }: { id: string }) {
      return { id, to¦tal: await later(3) };
    },
  },
  Order: {
    total: (order: { total: number }) => order.total,
  },
};
`,
    calls: ["m.resolvers.Query.order(null, { id: 'a' })"],
    span: 'Query.order',
  },
  {
    title: 'arrow in an object',
    source: `export const service = {
  name: 'orders',
  describe: (id: string): string => \`order \${i¦d}\`,
};
`,
    calls: ["m.service.describe('a')"],
    span: 'service.describe',
  },
  {
    title: 'prototype method',
    path: 'legacy.js',
    source: `function Queue() {
  this.items = [];
}
Queue.prototype.push = function (item) {
  this.items.push(item)¦;
  return this.items.length;
};
module.exports = { Queue };
`,
    calls: ["new m.Queue().push('a')"],
    span: 'Queue.push',
  },
  {
    title: 'class expression with a computed method',
    source: `const method = 'run';
export const Job = class {
  [method](n: number) {
    return ¦n + 1;
  }
};
`,
    calls: ['new m.Job().run(1)'],
    span: 'Job.method',
  },
  {
    title: 'generator',
    source: `import { step } from './kit';
export function* pages(total: number) {
  for (let page = 1; page <= total; page++) {
    if (page > 3) throw new RangeError('too many');
    yield st¦ep(page);
  }
  return 'done';
}
`,
    calls: ['[...m.pages(2)]', '[...m.pages(9)]', '(() => { for (const p of m.pages(9)) return p; })()'],
    span: 'pages',
  },
  {
    title: 'generator that is talked to',
    source: `export function* dialog(name: string): Generator<string, number, string> {
  const answer = yie¦ld \`hello \${name}\`;
  try {
    yield answer;
  } catch (error) {
    return String(error).length;
  }
  return 0;
}
`,
    calls: [
      "(() => { const d = m.dialog('a'); return [d.next(), d.next('b'), d.throw(new Error('c')), d.next()]; })()",
      "(() => { const d = m.dialog('a'); return [d.next(), d.return(7), d.next()]; })()",
    ],
    span: 'dialog',
  },
  {
    title: 'generator method with this',
    source: `export class Tree {
  constructor(readonly value: number, readonly children: readonly Tree[] = []) {}
  *walk(): IterableIterator<number> {
    yield this.va¦lue;
    for (const child of this.children) yield* child.walk();
  }
}
`,
    calls: ['[...new m.Tree(1, [new m.Tree(2), new m.Tree(3)]).walk()]'],
    spans: 3,
    span: 'Tree.walk',
  },
  {
    title: 'async generator',
    source: `import { failing, later } from './kit';
export async function* stream(n: number) {
  try {
    for (let i = 0; i < n; i++) {
      if (i === 3) yield failing(new Error('broken pipe'));
      yield lat¦er(i);
    }
  } finally {
    await later('closed');
  }
}
`,
    calls: [
      'drain(m.stream(2))',
      'drain(m.stream(9))',
      '(async () => { for await (const i of m.stream(9)) if (i === 1) return i; })()',
    ],
    span: 'stream',
  },
  {
    title: 'async iterator of a class',
    source: `import { later } from './kit';
export class Feed {
  constructor(private readonly size: number) {}
  async *[Symbol.asyncIterator]() {
    for (let i = 0; i < this.size; i++) yield await later(¦i);
  }
}
`,
    calls: ['drain(new m.Feed(2))'],
    span: 'Feed.asyncIterator',
  },
  {
    title: 'factory that returns a function',
    source: `export function makeAdder(by: number) {
  return (n: number) => n ¦+ by;
}
`,
    calls: ['m.makeAdder(2)(3)'],
    span: 'makeAdder',
  },
];
