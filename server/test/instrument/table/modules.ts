import type { Case } from './case.ts';

const BODY = `export async function charge(id: string) {
  return la¦ter(id);
}
`;
const CALLS = ["m.charge('a')"];
const span = 'charge';

/** The same function below all kinds of heads. */
export const modules: readonly Case[] = [
  {
    title: 'imports of the API are reused',
    source: `import { trace, SpanStatusCode } from '@opentelemetry/api';
import { Counter, Histogram } from 'prom-client';
import { later } from './kit';

const tracer = trace.getTracer('shop');
export const other = [Counter.name, Histogram.name, SpanStatusCode.OK, typeof tracer];

${BODY}`,
    calls: CALLS,
    span,
  },
  {
    title: 'one name is added to an import over several lines',
    source: `import {
  context,
  trace,
} from '@opentelemetry/api';
import { later } from './kit';

export const now = () => [context.active(), trace.getActiveSpan()];

${BODY}`,
    calls: CALLS,
    span,
  },
  {
    title: 'namespaces',
    source: `import * as otel from '@opentelemetry/api';
import * as prom from 'prom-client';
import { later } from './kit';

const shopTracer = otel.trace.getTracer('shop');
export const names = [typeof shopTracer, typeof prom.Gauge];

${BODY}`,
    calls: CALLS,
    span,
  },
  {
    title: 'type-only imports do not count',
    source: `import type { Span, trace } from '@opentelemetry/api';
import { type Counter as C, Gauge } from 'prom-client';
import { later } from './kit';

export type Both = [Span, typeof trace, C, Gauge];

${BODY}`,
    calls: CALLS,
    span,
  },
  {
    title: 'renamed imports and a shadowed tracer',
    source: `import { trace as otelTrace } from '@opentelemetry/api';
import { later } from './kit';

const tracer = otelTrace.getTracer('shop');
export const used = typeof tracer;

export async function charge(tracer: string, trace = 1) {
  return lat¦er(tracer + String(trace));
}
`,
    calls: CALLS,
    span,
  },
  {
    title: 'a registry of the file',
    source: `import { Gauge, Registry } from 'prom-client';
import { later } from './kit';

export const registry = new Registry();
new Gauge({ name: 'orders_open', help: 'Open orders', registers: [registry] });

${BODY}`,
    calls: CALLS,
    span,
  },
  {
    title: 'licence, directive, import attributes',
    source: `/*
 * Copyright the shop. All rights reserved.
 */

'use strict';

import data from './data.json' with { type: 'json' };
import { later } from './kit';
// the rest is ours
export const { size } = data;

${BODY}`,
    calls: CALLS,
    span,
  },
  {
    title: 'no import at all',
    path: 'math.ts',
    source: `// Sums of orders.

/** Adds. */
export function add(a: number, b: number) {
  return a ¦+ b;
}
`,
    calls: ['m.add(1, 2)'],
    span: 'add',
  },
  {
    title: 'CommonJS with a line for the shell',
    path: 'bin/run.js',
    source: `#!/usr/bin/env node
'use strict';
const { later } = require('../kit');

async function main(id) {
  return lat¦er(id);
}

module.exports = { main };
`,
    calls: ["m.main('a')"],
    span: 'main',
  },
  {
    title: 'CommonJS that has the API',
    path: 'lib/run.js',
    source: `const { trace } = require('@opentelemetry/api')
const client = require('prom-client')
const { later } = require('../kit')

const tracer = trace.getTracer('lib')
exports.gauge = () => [tracer, client.Gauge]

exports.main = async (id) => {
  return lat¦er(id)
}
`,
    calls: ["m.main('a')"],
    span: 'main',
  },
  {
    title: 'ES module in JavaScript',
    path: 'lib/run.mjs',
    source: `import { later } from '../kit';

export const main = async (id) => {
  const found = await later(id);
  return ¦found;
};
`,
    calls: ["m.main('a')"],
    span: 'main',
  },
  {
    title: 'a metric of the same name',
    source: `import { Counter } from 'prom-client';
import { later } from './kit';

export const chargeCalls = new Counter({ name: 'orders_charge_calls_total', help: 'Calls' });

${BODY}`,
    calls: CALLS,
    span,
  },
];
