import type { Case } from './case.ts';

/** Handlers of routes, consumers, jobs, listeners. */
export const handlers: readonly Case[] = [
  {
    title: 'express handler',
    path: 'routes/orders.ts',
    source: `import { App, later } from '../kit';
export const app = new App();

app.get('/orders/:id', async (req, res) => {
  const id = await later(req.params['id']);
  if (id === '0') return res.status(404).json({ error: 'not fo¦und' });
  return res.json({ id });
});
`,
    calls: [
      "m.app.handle('get /orders/:id', { params: { id: '1' } })",
      "m.app.handle('get /orders/:id', { params: { id: '0' } })",
    ],
    span: 'GET /orders/:id',
  },
  {
    title: 'handler with next, cursor on the route',
    source: `import { App } from './kit';
const router = new App();
router.po¦st('/orders', (req, res, next) => {
  try {
    if (!req.body) throw new Error('body');
    res.status(201).send(req.body);
  } catch (error) {
    next(error);
  }
});
export { router as app };
`,
    calls: ["m.app.handle('post /orders', { params: {}, body: 1 })", "m.app.handle('post /orders', { params: {} })"],
    span: 'POST /orders',
  },
  {
    title: 'middleware',
    source: `import { App } from './kit';
export const app = new App();
app.use(function requestId(_req, res, next) {
  res.status(299);
  ne¦xt();
});
`,
    calls: ["m.app.handle('use', { params: {} })"],
    span: 'requestId',
  },
  {
    title: 'handler as one expression',
    source: `import { App, later } from './kit';
export const app = new App().get('/health', async () => ({ up: await later(tr¦ue) }));
`,
    calls: ["m.app.handle('get /health', { params: {} })"],
    span: 'GET /health',
  },
  {
    title: 'named handler',
    source: `import { App, later, type Handler } from './kit';
export const app = new App();
const listOrders: Handler = async (_req, res) => {
  const orders = await later(['a']);
  res.json(¦orders);
};
app.get('/orders', listOrders);
`,
    calls: ["m.app.handle('get /orders', { params: {} })"],
    span: 'listOrders',
  },
  {
    title: 'consumer of a topic',
    source: `import { Consumer, failing, later } from './kit';
export const consumer = new Consumer();
consumer.run({
  eachMessage: async (message) => {
    if (message.value === '') await failing(new Error('empty'));
    await later(message.va¦lue);
  },
});
`,
    calls: ["m.consumer.each({ value: 'a' })", "m.consumer.each({ value: '' })"],
    span: 'consumer.eachMessage',
  },
  {
    title: 'job of a queue',
    source: `import { Consumer, later } from './kit';
export const queue = new Consumer();
queue.process('send-mail', async ({ value }) => {
  return la¦ter(\`sent \${value}\`);
});
`,
    calls: ["m.queue.each({ value: 'a' })"],
    span: 'process send-mail',
  },
  {
    title: 'listener',
    source: `import { Consumer, step } from './kit';
export const seen: string[] = [];
export const bus = new Consumer().on('paid', (message) => {
  seen.pu¦sh(step(message.value));
});
`,
    calls: ["[m.bus.each({ value: 'a' }), m.seen.length > 0]"],
    span: 'on paid',
  },
  {
    title: 'step of an array belongs to the function around',
    source: `import { step } from './kit';
export function totals(rows: readonly { n: number }[]) {
  return rows.map((row) => {
    const doubled = row.n * 2;
    return ¦step(doubled);
  });
}
`,
    calls: ['m.totals([{ n: 1 }, { n: 2 }])'],
    span: 'totals',
  },
  {
    title: 'default export without a name',
    path: 'tasks/clean-up.ts',
    source: `import { later } from '../kit';
export default async function () {
  ret¦urn later('clean');
}
`,
    calls: ['m.default()'],
    span: 'clean-up',
  },
  {
    title: 'JSX',
    path: 'view.jsx',
    source: `import { step } from './kit';
const h = (tag, _props, ...children) => [tag, ...children];
export function Badge({ text }) {
  step(text);
  return (
    <b>
      hello
      {te¦xt}
    </b>
  );
}
`,
    calls: ["m.Badge({ text: 'x' })"],
    span: 'Badge',
  },
];
