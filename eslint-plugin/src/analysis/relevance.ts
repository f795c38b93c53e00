import { consumers, handlerDecorators, publishers } from '../knowledge/libraries/brokers.ts';
import { GuardedPattern } from './guarded-pattern.ts';

const METRIC_CALLS = new GuardedPattern(
  /\.(?:inc|dec|observe|startTimer|labels|setToCurrentTime|zero)\s*(?:\?\.)?\(|labelNames|\.(?:set|bind)\(\s*\{|\.(?:add|record)\([^,(){}]*,\s*\{/,
  ['inc', 'dec', 'observe', 'startTimer', 'labels', 'setToCurrentTime', 'zero', 'set', 'bind', 'add', 'record'],
  ['labelNames'],
);
const WEAK_METRIC_CALLS = new GuardedPattern(/\.(?:add|record|set|observe)\s*(?:\?\.)?\(/, [
  'add',
  'record',
  'set',
  'observe',
]);
const METRIC_WORDS = /counter|histogram|gauge|metric|meter|summary|timer|telemetry|otel|latency|duration|total/i;
const SPAN_CALLS = new GuardedPattern(
  /\.(?:setAttributes?|startSpan|startActiveSpan|addEvent|addLinks?|updateName|setEntry|createBaggage|recordException|setStatus)\s*(?:\?\.)?\(|resourceFromAttributes|new Resource\b/,
  [
    'setAttribute',
    'setAttributes',
    'startSpan',
    'startActiveSpan',
    'addEvent',
    'addLink',
    'addLinks',
    'updateName',
    'setEntry',
    'createBaggage',
    'recordException',
    'setStatus',
    'Resource',
  ],
  ['resourceFromAttributes'],
);
const SPAN_STARTS = new GuardedPattern(/\bstart(?:Active)?Span\b|\bgetActiveSpan\b|\bspan\??\.end\(/, [
  'startSpan',
  'startActiveSpan',
  'getActiveSpan',
  'span',
]);
const TRACKERS = /sentry|bugsnag|airbrake|newrelic|elastic|honeybadger|hot-shots|dogstatsd/i;

const escape = (s: string): string => s.replace(/[^\w]/g, '\\$&');
const methods = new Set([...Object.values(publishers), ...Object.values(consumers)].flatMap((m) => Object.keys(m)));
const SEND_CALLS = new GuardedPattern(new RegExp(`\\.(?:${[...methods].map(escape).join('|')})\\s*(?:<[^()]*>)?\\(`), [
  ...methods,
]);
const decorators = Object.values(handlerDecorators).flatMap((d) => Object.keys(d));
const DECORATORS = new GuardedPattern(new RegExp(`@(?:${decorators.map(escape).join('|')})\\b`), decorators);
const BROKER_WORDS =
  /queue|kafka|amqp|rabbit|bull|nats|mqtt|sqs|sns|redis|broker|producer|consumer|publisher|subscriber|eventbus|event_bus|microservices|worker|child_process|pubsub|pg-boss|agenda|graphile|service-?bus|socket|piscina|tinypool|workerpool|outbox/i;
const CARRIERS = new GuardedPattern(
  /propagation\.|\b(?:inject|extract)\(|ROOT_CONTEXT|SpanKind\.SERVER|postMessage|[oO]utbox|WorkerHost|new \w*(?:Worker|Consumer|Processor)\b/,
  ['inject', 'extract'],
  ['propagation.', 'ROOT_CONTEXT', 'SpanKind.SERVER', 'postMessage', 'utbox', 'Worker', 'Consumer', 'Processor'],
);

/** The patterns by name, for the test that holds them against their words. */
export const PATTERNS = {
  METRIC_CALLS,
  WEAK_METRIC_CALLS,
  SPAN_CALLS,
  SPAN_STARTS,
  SEND_CALLS,
  DECORATORS,
  CARRIERS,
} as const;

/** Which groups of facts a file's text can hold; a cheap look before anything is evaluated. */
export interface Relevance {
  readonly metrics: boolean;
  readonly spans: boolean;
  readonly spanLife: boolean;
  readonly propagation: boolean;
}

/** Relevance of a file's own text; calls of functions of other files are asked for by their names. */
export function relevanceOf(text: string, withTrackers: boolean): Relevance {
  if (isGenerated(text)) return { metrics: false, spans: false, spanLife: false, propagation: false };
  return {
    metrics: METRIC_CALLS.test(text) || (WEAK_METRIC_CALLS.test(text) && METRIC_WORDS.test(text)),
    spans: SPAN_CALLS.test(text) || (withTrackers && TRACKERS.test(text)),
    spanLife: SPAN_STARTS.test(text),
    propagation: CARRIERS.test(text) || DECORATORS.test(text) || (SEND_CALLS.test(text) && BROKER_WORDS.test(text)),
  };
}

/** Bundles and minified code: nobody instruments them by hand. */
function isGenerated(text: string): boolean {
  if (text.length < 100_000) return false;
  let lines = 1;
  for (let i = text.indexOf('\n'); i >= 0 && lines * 300 < text.length; i = text.indexOf('\n', i + 1)) lines++;
  return lines * 300 < text.length;
}

const callsOf = new WeakMap<ReadonlySet<string>, GuardedPattern>();

/** Does a text call one of the named functions? */
export function callsAny(text: string, names: ReadonlySet<string>): boolean {
  if (names.size === 0) return false;
  let calls = callsOf.get(names);
  if (!calls) {
    const pattern = new RegExp(`(?<![\\w$])(?:${[...names].map(escape).join('|')})\\s*(?:<[^()]*>)?(?:\\?\\.)?\\(`);
    callsOf.set(names, (calls = new GuardedPattern(pattern, [...names])));
  }
  return calls.test(text);
}
