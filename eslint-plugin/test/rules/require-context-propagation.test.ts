import parser from '@typescript-eslint/parser';
import { Linter } from 'eslint';
import { describe, expect, it } from 'vitest';
import { requireContextPropagation } from '../../src/rules/require-context-propagation.ts';

type Options = Partial<{ workers: boolean; sockets: boolean; pubsub: boolean; ignore: string[] }>;

/** Messages of the rule for one file that stands alone. */
function lint(code: string, options: Options = {}, filename = 'src/app.ts'): Linter.LintMessage[] {
  const linter = new Linter({ configType: 'flat' });
  return linter.verify(
    code,
    [
      {
        files: ['**/*.ts', '**/*.js'],
        languageOptions: { parser, sourceType: filename.endsWith('.js') ? 'commonjs' : 'module' },
        plugins: { telint: { rules: { p: requireContextPropagation as never } } },
        rules: { 'telint/p': ['error', options] },
        settings: { telint: { crossFile: 'off' } },
      },
    ],
    { filename },
  );
}

/** The code after the suggestion at an index; fails when it does not parse. */
function suggest(code: string, index = 0, filename?: string, options: Options = {}): string {
  const [message] = lint(code, options, filename);
  const suggestion = message?.suggestions?.[index];
  if (!suggestion) throw new Error(`no suggestion ${index} in ${JSON.stringify(message)}`);
  const { range, text } = suggestion.fix;
  const output = code.slice(0, range[0]) + text + code.slice(range[1]);
  parser.parseForESLint(output, { sourceType: 'module' });
  return output;
}

const API = `import { trace } from '@opentelemetry/api';\n`;

describe('messages', () => {
  const cases: readonly [name: string, code: string, text: RegExp][] = [
    [
      'publish',
      `${API}import { Queue } from 'bullmq';\nconst mail = new Queue('m');\nexport async function send(id: string) {\n  await mail.add('a', { id });\n}`,
      /^`mail` sends over bullmq without trace context.*into a field of the job data\.$/,
    ],
    [
      'consume',
      `${API}import { Worker } from 'bullmq';\nexport const worker = new Worker('m', async (job) => { await send(job.data); });`,
      /^`worker` handles messages of bullmq and never extracts/,
    ],
    [
      'getter',
      `import { context, propagation } from '@opentelemetry/api';\nexport const GET = (request: Request) => context.with(propagation.extract(context.active(), request.headers), () => load());`,
      /^`request\.headers` is a Fetch `Headers` object, which the default getter cannot read/,
    ],
    [
      'setter',
      `import { context, propagation } from '@opentelemetry/api';\nexport function call() { const headers = new Headers(); propagation.inject(context.active(), headers); return headers; }`,
      /^`headers` is a Fetch `Headers` object, which the default setter cannot write/,
    ],
    [
      'discarded',
      `import { context, propagation } from '@opentelemetry/api';\nexport function read(h: object) { const parent = propagation.extract(context.active(), h); context.with(parent, () => {}); }`,
      /^The extracted context `parent` is thrown away \(`parent` is only active in a callback that does nothing\)/,
    ],
    [
      'server',
      `import { SpanKind, trace } from '@opentelemetry/api';\nexport function handle(req: any) { return trace.getTracer('x').startSpan(req.headers.host, { kind: SpanKind.SERVER }); }`,
      /^`startSpan` starts a server span without the parent/,
    ],
  ];
  it.each(cases)('%s', (_, code, text) => {
    const messages = lint(code);
    expect(messages.map((m) => m.message)).toEqual([expect.stringMatching(text)]);
  });

  it('underlines only the method', () => {
    const [message] = lint(cases[0]?.[1] ?? '');
    expect(message).toMatchObject({ line: 5, column: 14, endLine: 5, endColumn: 17 });
  });

  it('ends every message with a full stop', () => {
    for (const text of Object.values(requireContextPropagation.meta.messages))
      if (text !== '{{title}}') expect(text).toMatch(/\.$/);
  });
});

describe('options', () => {
  const post = `${API}import { Worker } from 'node:worker_threads';\nconst worker = new Worker('./w.js');\nexport function run(n: number) { worker.postMessage({ n }); }`;
  const socket = `${API}import WebSocket from 'ws';\nconst socket = new WebSocket('ws://h');\nexport function tell(m: object) { socket.send(JSON.stringify(m)); }`;
  it('reports threads only with `workers`', () => {
    expect(lint(post)).toEqual([]);
    expect(lint(post, { workers: true })).toHaveLength(1);
    expect(lint(post, { sockets: true })).toEqual([]);
  });
  it('reports web sockets only with `sockets`', () => {
    expect(lint(socket)).toEqual([]);
    expect(lint(socket, { sockets: true })).toHaveLength(1);
  });
  it('leaves out brokers named in `ignore`', () => {
    const code = `${API}import mqtt from 'mqtt';\nconst client = mqtt.connect('mqtt://h');\nexport function tell(m: string) { client.publish('t', m); }`;
    expect(lint(code)).toHaveLength(1);
    expect(lint(code, { ignore: ['mqtt'] })).toEqual([]);
  });
});

describe('suggestions for senders', () => {
  it('injects into the data of a job', () => {
    const code = `import { context, propagation } from '@opentelemetry/api';
import { Queue } from 'bullmq';
const mail = new Queue('m');
export async function send(id: string) {
  const job = await mail.add('a', { id });
  return job;
}`;
    expect(suggest(code)).toBe(`import { context, propagation } from '@opentelemetry/api';
import { Queue } from 'bullmq';
const mail = new Queue('m');
export async function send(id: string) {
  const traceContext: Record<string, string> = {};
  propagation.inject(context.active(), traceContext);
  const job = await mail.add('a', { id, traceContext });
  return job;
}`);
  });

  it('keeps several lines, trailing commas and imports', () => {
    const code = `${API}import { Queue } from 'bullmq';
const mail = new Queue('m');
export async function send(id: string) {
  await mail.add(
    'a',
    {
      id,
      at: 1,
    },
    { attempts: 3 },
  );
}`;
    expect(suggest(code)).toBe(`import { trace, context, propagation } from '@opentelemetry/api';
import { Queue } from 'bullmq';
const mail = new Queue('m');
export async function send(id: string) {
  const traceContext: Record<string, string> = {};
  propagation.inject(context.active(), traceContext);
  await mail.add(
    'a',
    {
      id,
      at: 1,
      traceContext,
    },
    { attempts: 3 },
  );
}`);
  });

  it('merges into data that is not written in place', () => {
    const code = `${API}import { Queue } from 'bullmq';\nconst mail = new Queue('m');\nexport async function send(data: object) {\n  await mail.add('a', data);\n}`;
    expect(suggest(code)).toContain("await mail.add('a', { ...data, traceContext });");
  });

  it('avoids a local variable called context', () => {
    const code = `${API}import { Queue } from 'bullmq';\nconst mail = new Queue('m');\nexport async function send(context: { id: string }) {\n  await mail.add('a', { id: context.id });\n}`;
    const output = suggest(code);
    expect(output).toContain('import { trace, context as otelContext, propagation } from');
    expect(output).toContain('propagation.inject(otelContext.active(), traceContext);');
  });

  it('adds headers to every Kafka message', () => {
    const code = `${API}import { KafkaJS } from '@confluentinc/kafka-javascript';\nconst producer = new KafkaJS.Kafka({}).producer();\nexport async function send(v: string) {\n  await producer.send({ topic: 't', messages: [{ value: v }, { value: v, headers: { a: 'b' } }] });\n}`;
    expect(suggest(code)).toContain(
      "messages: [{ value: v, headers: traceHeaders }, { value: v, headers: { a: 'b', ...traceHeaders } }] });",
    );
  });

  it('maps a list of Kafka messages', () => {
    const code = `${API}import { KafkaJS } from '@confluentinc/kafka-javascript';\nconst producer = new KafkaJS.Kafka({}).producer();\nexport async function send(list: string[]) {\n  await producer.send({ topic: 't', messages: list.map((value) => ({ value })) });\n}`;
    expect(suggest(code)).toContain(
      'messages: (list.map((value) => ({ value }))).map((item) => ({ ...item, headers: { ...item.headers, ...traceHeaders } })) });',
    );
  });

  it('makes headers for NATS', () => {
    const code = `${API}import { connect } from 'nats';\nexport async function send(b: string) {\n  const nc = await connect();\n  nc.publish('s', b);\n}`;
    const output = suggest(code);
    expect(output).toContain("import { headers as natsHeaders } from 'nats';");
    expect(output).toContain(
      'const traceHeaders = natsHeaders();\n  propagation.inject(context.active(), traceHeaders, { set: (carrier, key, value) => carrier.set(key, value) });',
    );
    expect(output).not.toContain("nc.publish('s', b);");
  });

  it('writes CommonJS in CommonJS', () => {
    const code = `const { trace } = require('@opentelemetry/api');\nconst { Queue } = require('bullmq');\nconst mail = new Queue('m');\nexports.send = async function (id) {\n  await mail.add('a', { id });\n};`;
    const output = suggest(code, 0, 'src/app.js');
    expect(output).toContain("const { context, propagation } = require('@opentelemetry/api');");
    expect(output).toContain('const traceContext = {};');
  });

  it('offers nothing where the call is the body of an arrow function', () => {
    const [message] = lint(
      `${API}import { Queue } from 'bullmq';\nconst mail = new Queue('m');\nexport const send = (id: string) => mail.add('a', { id });`,
    );
    expect(message?.suggestions ?? []).toEqual([]);
  });
});

describe('suggestions for receivers', () => {
  const code = `import { context, propagation } from '@opentelemetry/api';
import { Worker } from 'bullmq';
export const worker = new Worker('m', async (job) => {
  await send(job.data);
  return true;
});`;
  it('runs the handler in the context of the message', () => {
    expect(suggest(code)).toBe(`import { context, propagation } from '@opentelemetry/api';
import { Worker } from 'bullmq';
export const worker = new Worker('m', async (job) => {
  return context.with(propagation.extract(context.active(), job.data?.traceContext ?? {}), async () => {
    await send(job.data);
    return true;
  });
});`);
  });
  it('links a consumer span instead', () => {
    const output = suggest(code, 1);
    expect(output).toContain('import { context, propagation, trace, SpanKind } from');
    expect(output).toContain(
      'const sender = trace.getSpanContext(propagation.extract(context.active(), job.data?.traceContext ?? {}));',
    );
    expect(output).toContain('links: sender ? [{ context: sender }] : []');
    expect(output).toContain(`async (span) => {
    try {
      await send(job.data);
      return true;
    } finally {
      span.end();
    }
  });
});`);
  });
  it('imports nothing twice', () => {
    const output = suggest(code.replace('{ context, propagation }', '{ context, propagation, SpanKind, trace }'), 1);
    expect(output).toContain("import { context, propagation, SpanKind, trace } from '@opentelemetry/api';");
  });
  it('wraps an expression', () => {
    expect(suggest(code.replace(/async \(job\) => \{[^]*\}\);/, '(job) => send(job.data));'))).toContain(
      "new Worker('m', (job) => context.with(propagation.extract(context.active(), job.data?.traceContext ?? {}), () => send(job.data)));",
    );
  });
  it('turns Kafka Buffers into text', () => {
    const kafka = `${API}import { KafkaJS } from '@confluentinc/kafka-javascript';\nconst consumer = new KafkaJS.Kafka({}).consumer();\nexport async function start() {\n  await consumer.run({\n    eachMessage: async ({ message }) => {\n      await save(message.value);\n    },\n  });\n}`;
    expect(suggest(kafka)).toContain(
      'propagation.extract(context.active(), Object.fromEntries(Object.entries(message.headers ?? {}).map(([key, value]) => [key, value?.toString()])))',
    );
  });
});

describe('suggestions in typed code', () => {
  const typed = (type: string, declared = ''): string =>
    `${API}import { Queue } from 'bullmq';\n${declared}const mail = new Queue<${type}>('m');\nexport async function send(job: ${type}) {\n  await mail.add('a', job);\n}`;
  it('lets the data of a queue have the carrier', () => {
    expect(suggest(`import type { Mail } from './mail';\n${typed('Mail')}`)).toContain(
      "const mail = new Queue<Mail & { traceContext?: Record<string, string> }>('m');",
    );
  });
  it('adds it to a type of the same file', () => {
    expect(suggest(typed('Mail', 'interface Mail {\n  id: string;\n}\n'))).toContain(
      'interface Mail {\n  id: string;\n  traceContext?: Record<string, string>;\n}',
    );
    expect(suggest(typed('Mail', 'type Mail = { id: string };\n'))).toContain(
      'type Mail = { id: string; traceContext?: Record<string, string> };',
    );
  });
  it('leaves types that have it or take anything', () => {
    for (const type of ['any', 'Record<string, string>', '{ id: string; traceContext?: object }'])
      expect(suggest(typed(type))).toContain(`new Queue<${type}>('m')`);
    expect(
      suggest(
        typed('Mail', 'interface Traced { traceContext?: object }\ninterface Mail extends Traced { id: string }\n'),
      ),
    ).toContain('interface Mail extends Traced { id: string }');
  });
  it('changes the annotation of a field', () => {
    const code = `${API}import { Queue } from 'bullmq';\nimport type { Mail } from './mail';\nexport class Sender {\n  constructor(private readonly queue: Queue<Mail>) {}\n  async send(mail: Mail) {\n    await this.queue.add('a', mail);\n  }\n}`;
    expect(suggest(code)).toContain('private readonly queue: Queue<Mail & { traceContext?: Record<string, string> }>');
  });
  it('changes what a worker takes', () => {
    const code = `${API}import { Worker, type Job } from 'bullmq';\nimport type { Mail } from './mail';\nexport const worker = new Worker<Mail>('m', async ({ data }: Job<Mail>) => {\n  await send(data);\n});`;
    const type = 'Mail & { traceContext?: Record<string, string> }';
    expect(suggest(code)).toContain(`new Worker<${type}>('m', async ({ data }: Job<${type}>) => {`);
  });
  it('changes the annotation of a message', () => {
    const code = `${API}import { parentPort } from 'node:worker_threads';\nimport type { Task } from './task';\nparentPort?.on('message', (task: Task) => {\n  run(task);\n});`;
    expect(suggest(code, 0, undefined, { workers: true })).toContain(
      '(task: Task & { traceContext?: Record<string, string> }) => {\n  return context.with(propagation.extract(context.active(), task.traceContext ?? {}), () => {\n    run(task);\n  });\n});',
    );
  });
});

describe('the layout of suggestions', () => {
  const worker = (body: string): string =>
    `import { context, propagation } from '@opentelemetry/api';\nimport { Worker } from 'bullmq';\nexport const worker = new Worker('m', async (job) => {${body}});`;
  it('lays out a body on one line', () => {
    expect(suggest(worker(' await send(job.data); '))).toContain(
      '=> {\n  return context.with(propagation.extract(context.active(), job.data?.traceContext ?? {}), async () => {\n    await send(job.data);\n  });\n});',
    );
  });
  it('keeps the lines of a template literal', () => {
    expect(suggest(worker('\n  await send(`a\n  b`);\n'))).toContain('    await send(`a\n  b`);\n  });\n});');
  });
  it('indents with tabs where the file does', () => {
    expect(suggest(worker('\n\tawait send(job.data);\n'))).toContain('\n\treturn context.with(');
    expect(suggest(worker('\n\tawait send(job.data);\n'))).toContain('\n\t\tawait send(job.data);\n\t});\n});');
  });
  it('imports before the files of the project and after those of Node', () => {
    const code = `import '@opentelemetry/auto-instrumentations-node/register';\nimport { once } from 'node:events';\nimport { Queue } from 'bullmq';\nimport { wait } from './wait';\nimport type { Span } from '@opentelemetry/api';\nconst mail = new Queue('m');\nexport async function send(id: string, span: Span) {\n  await mail.add('a', { id });\n}`;
    expect(suggest(code).split('\n').slice(0, 4)).toEqual([
      "import '@opentelemetry/auto-instrumentations-node/register';",
      "import { once } from 'node:events';",
      "import { context, propagation } from '@opentelemetry/api';",
      "import { Queue } from 'bullmq';",
    ]);
  });
  it('reads the carrier of a Redis message from its text, where the handler parses it', () => {
    const code = (read: string): string =>
      `${API}import Redis from 'ioredis';\nconst redis = new Redis();\nredis.on('message', (channel, message) => {\n  handle(${read});\n});`;
    expect(suggest(code('JSON.parse(message)'), 0, undefined, { pubsub: true })).toContain(
      'propagation.extract(context.active(), JSON.parse(message).traceContext ?? {})',
    );
    expect(lint(code('message'), { pubsub: true })[0]?.suggestions ?? []).toEqual([]);
  });
});

describe('suggestions for carriers and server spans', () => {
  const OTEL = `import { context, propagation, SpanKind, trace } from '@opentelemetry/api';\n`;
  it('extracts from the entries of Headers', () => {
    expect(
      suggest(
        `${OTEL}export const GET = (request: Request) => context.with(propagation.extract(context.active(), request.headers), () => load());`,
      ),
    ).toContain('propagation.extract(context.active(), Object.fromEntries(request.headers))');
  });
  it('gives inject a setter', () => {
    expect(
      suggest(
        `${OTEL}export function call() { const headers = new Headers(); propagation.inject(context.active(), headers); return headers; }`,
      ),
    ).toContain(
      'propagation.inject(context.active(), headers, { set: (carrier, key, value) => carrier.set(key, value) })',
    );
  });
  it('passes the parent of the request', () => {
    expect(
      suggest(
        `${OTEL}export function handle(req: any) { return trace.getTracer('x').startSpan(req.headers.host, { kind: SpanKind.SERVER }); }`,
      ),
    ).toContain('{ kind: SpanKind.SERVER }, propagation.extract(context.active(), req.headers))');
  });
});
