import type { Instrument, Library, Member, Shape } from '../types.ts';

const create = (instrument: Instrument, returns: string): Member => ({
  call: { returns, sink: { kind: 'metric-define', instrument, name: 0, options: 1 } },
});
const observable = (instrument: Instrument): Member => ({
  call: {
    returns: 'otel.Observable',
    sink: { kind: 'metric-define', instrument, name: 0, options: 1, asyncCallback: true },
  },
});
const sample = (value: number, labels: number): Member => ({ call: { sink: { kind: 'metric-emit', labels, value } } });
const chain = (sink: NonNullable<NonNullable<Member['call']>['sink']>): Member => ({
  call: { returns: 'otel.Span', sink },
});
const startActive: Member = {
  call: {
    returns: 'callback',
    callbacks: { [-1]: ['otel.Span'] },
    sink: { kind: 'span-start', name: 0, options: 1, active: true },
  },
};

const spanMembers: NonNullable<Shape['members']> = {
  setAttribute: chain({ kind: 'attribute', key: 0, value: 1, on: 'span' }),
  setAttributes: chain({ kind: 'attributes', arg: 0, on: 'span' }),
  addEvent: chain({ kind: 'span-event', name: 0, attributes: 1 }),
  addLink: chain({ kind: 'span-link', arg: 0 }),
  addLinks: chain({ kind: 'span-link', arg: 0, many: true }),
  setStatus: chain({ kind: 'span-status', arg: 0 }),
  updateName: chain({ kind: 'span-name', arg: 0 }),
  recordException: { call: { sink: { kind: 'span-exception', arg: 0 } } },
  end: { call: { sink: { kind: 'span-end' } } },
  isRecording: { call: { value: 'boolean' } },
  spanContext: { call: { returns: 'otel.SpanContext' } },
};

const traceShapes: Readonly<Record<string, Shape>> = {
  'otel.TraceApi': {
    members: {
      getTracer: { call: { returns: 'otel.Tracer' } },
      getTracerProvider: { call: { returns: 'otel.TracerProvider' } },
      getSpan: { call: { returns: 'otel.Span.active' } },
      getActiveSpan: { call: { returns: 'otel.Span.active' } },
      setSpan: { call: { returns: 'otel.Context' } },
    },
  },
  'otel.TracerProvider': { members: { getTracer: { call: { returns: 'otel.Tracer' } } } },
  'otel.Tracer': {
    members: {
      startSpan: { call: { returns: 'otel.Span', sink: { kind: 'span-start', name: 0, options: 1, active: false } } },
      startActiveSpan: startActive,
    },
  },
  'otel.Span': { members: spanMembers },
  /** The span of the active context: somebody else started it and ends it. */
  'otel.Span.active': { members: spanMembers },
  'otel.SpanContext': { members: { traceId: { value: 'trace.id' }, spanId: { value: 'trace.id' } } },
  'otel.ContextApi': {
    members: {
      active: { call: { returns: 'otel.Context' } },
      with: { call: { returns: 'callback' } },
      bind: { call: { returns: 'arg1' } },
    },
  },
  'otel.PropagationApi': {
    members: {
      extract: { call: { returns: 'otel.Context' } },
      inject: { call: {} },
      createBaggage: { call: { returns: 'otel.Baggage', sink: { kind: 'baggage-entries', arg: 0 } } },
      getBaggage: { call: { returns: 'otel.Baggage' } },
      getActiveBaggage: { call: { returns: 'otel.Baggage' } },
      setBaggage: { call: { returns: 'otel.Context' } },
    },
  },
  'otel.Baggage': {
    members: {
      setEntry: { call: { returns: 'otel.Baggage', sink: { kind: 'baggage', key: 0, value: 1, property: 'value' } } },
    },
  },
  'otel.Context': {},
};

const metricShapes: Readonly<Record<string, Shape>> = {
  'otel.MetricsApi': {
    members: {
      getMeter: { call: { returns: 'otel.Meter' } },
      getMeterProvider: { call: { returns: 'otel.MeterProvider' } },
    },
  },
  'otel.MeterProvider': { members: { getMeter: { call: { returns: 'otel.Meter' } } } },
  'otel.Meter': {
    members: {
      createCounter: create('counter', 'otel.Counter'),
      createUpDownCounter: create('updown-counter', 'otel.Counter'),
      createHistogram: create('histogram', 'otel.Histogram'),
      createGauge: create('gauge', 'otel.Histogram'),
      createObservableCounter: observable('counter'),
      createObservableGauge: observable('gauge'),
      createObservableUpDownCounter: observable('updown-counter'),
      addBatchObservableCallback: { call: { callbacks: { 0: ['otel.BatchResult'] } } },
    },
  },
  'otel.Counter': { members: { add: sample(0, 1) } },
  'otel.Histogram': { members: { record: sample(0, 1) } },
  'otel.Observable': { members: { addCallback: { call: { callbacks: { 0: ['otel.ObservableResult'] } } } } },
  'otel.ObservableResult': { members: { observe: sample(0, 1) } },
  'otel.BatchResult': { members: { observe: sample(1, 2) } },
};

/** The OpenTelemetry API: trace, context, propagation, baggage, metrics. */
export const opentelemetry: Library = {
  name: '@opentelemetry/api',
  source: '@opentelemetry/api 1.10 type declarations',
  modules: [
    '@opentelemetry/api',
    '@opentelemetry/sdk-trace-base',
    '@opentelemetry/sdk-trace-node',
    '@opentelemetry/sdk-metrics',
    '@opentelemetry/api/*',
  ],
  exports: {
    trace: { shape: 'otel.TraceApi' },
    metrics: { shape: 'otel.MetricsApi' },
    context: { shape: 'otel.ContextApi' },
    propagation: { shape: 'otel.PropagationApi' },
    MeterProvider: { construct: { returns: 'otel.MeterProvider' } },
    NodeTracerProvider: { construct: { returns: 'otel.TracerProvider' } },
    BasicTracerProvider: { construct: { returns: 'otel.TracerProvider' } },
    ROOT_CONTEXT: { shape: 'otel.Context' },
  },
  types: {
    Span: 'otel.Span',
    Tracer: 'otel.Tracer',
    TracerProvider: 'otel.TracerProvider',
    Context: 'otel.Context',
    Baggage: 'otel.Baggage',
    Meter: 'otel.Meter',
    MeterProvider: 'otel.MeterProvider',
    Counter: 'otel.Counter',
    UpDownCounter: 'otel.Counter',
    Histogram: 'otel.Histogram',
    Gauge: 'otel.Histogram',
    ObservableResult: 'otel.ObservableResult',
    BatchObservableResult: 'otel.BatchResult',
    ObservableGauge: 'otel.Observable',
    ObservableCounter: 'otel.Observable',
    ObservableUpDownCounter: 'otel.Observable',
    SpanContext: 'otel.SpanContext',
  },
  shapes: { ...traceShapes, ...metricShapes },
};

/** Base class of instrumentations: its subclasses start spans on `this.tracer`. */
export const opentelemetryInstrumentation: Library = {
  name: '@opentelemetry/instrumentation',
  source: '@opentelemetry/instrumentation 0.2xx type declarations',
  // before 0.15 the base class came from `core`
  modules: ['@opentelemetry/instrumentation', '@opentelemetry/core'],
  exports: {
    InstrumentationBase: { construct: { returns: 'otel.Instrumentation' } },
    BasePlugin: { construct: { returns: 'otel.Instrumentation' } },
  },
  types: { InstrumentationBase: 'otel.Instrumentation' },
  shapes: {
    'otel.Instrumentation': {
      members: { tracer: { shape: 'otel.Tracer' }, _tracer: { shape: 'otel.Tracer' }, meter: { shape: 'otel.Meter' } },
    },
  },
};

/** Resources: attributes of every signal of a process. */
export const opentelemetryResources: Library = {
  name: '@opentelemetry/resources',
  source: '@opentelemetry/resources 2.x type declarations',
  modules: ['@opentelemetry/resources'],
  exports: {
    resourceFromAttributes: { call: { sink: { kind: 'attributes', arg: 0, on: 'resource' } } },
    Resource: { construct: { returns: 'otel.Resource', sink: { kind: 'attributes', arg: 0, on: 'resource' } } },
  },
};
