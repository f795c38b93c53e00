import { consumers, handlerDecorators, publishers } from '../knowledge/libraries/brokers.ts';
import { hashesOf, wordsOf } from './word-filter.ts';

const METRIC_CALLS =
  /\.(?:inc|dec|observe|startTimer|labels|setToCurrentTime|zero)\s*(?:\?\.)?\(|labelNames|\.(?:set|bind)\(\s*\{|\.(?:add|record)\([^,(){}]*,\s*\{/;
const WEAK_METRIC_CALLS = /\.(?:add|record|set|observe)\s*(?:\?\.)?\(/;
const METRIC_WORDS = /counter|histogram|gauge|metric|meter|summary|timer|telemetry|otel|latency|duration|total/i;
const SPAN_CALLS =
  /\.(?:setAttributes?|startSpan|startActiveSpan|addEvent|addLinks?|updateName|setEntry|createBaggage|recordException|setStatus)\s*(?:\?\.)?\(|resourceFromAttributes|new Resource\b/;
const SPAN_STARTS = /\bstart(?:Active)?Span\b|\bgetActiveSpan\b|\bspan\??\.end\(/;
const TRACKERS = /sentry|bugsnag|airbrake|newrelic|elastic|honeybadger|hot-shots|dogstatsd/i;

const escape = (s: string): string => s.replace(/[^\w]/g, '\\$&');
const methods = new Set([...Object.values(publishers), ...Object.values(consumers)].flatMap((m) => Object.keys(m)));
const SEND_CALLS = new RegExp(`\\.(?:${[...methods].map(escape).join('|')})\\s*(?:<[^()]*>)?\\(`);
const DECORATORS = new RegExp(
  `@(?:${Object.values(handlerDecorators)
    .flatMap((d) => Object.keys(d))
    .map(escape)
    .join('|')})\\b`,
);
const BROKER_WORDS =
  /queue|kafka|amqp|rabbit|bull|nats|mqtt|sqs|sns|redis|broker|producer|consumer|publisher|subscriber|eventbus|event_bus|microservices|worker|child_process|pubsub|pg-boss|agenda|graphile|service-?bus|socket|piscina|tinypool|workerpool|outbox/i;
const CARRIERS =
  /propagation\.|\b(?:inject|extract)\(|ROOT_CONTEXT|SpanKind\.SERVER|postMessage|[oO]utbox|WorkerHost|new \w*(?:Worker|Consumer|Processor)\b/;

// A pattern is looked for where the text has one of its words: most texts have none, and all words are found in one pass.
const METRIC_GUARD = hashesOf('inc dec observe startTimer labels setToCurrentTime zero set bind add record');
const SPAN_GUARD = hashesOf(
  'setAttribute setAttributes startSpan startActiveSpan addEvent addLink addLinks updateName setEntry createBaggage recordException setStatus resourceFromAttributes Resource',
);
const START_GUARD = hashesOf('startSpan startActiveSpan getActiveSpan span');
const CARRIER_GUARD = hashesOf('propagation inject extract ROOT_CONTEXT SpanKind postMessage');
const CARRIER_PARTS = ['utbox', 'Worker', 'Consumer', 'Processor'];
const DECORATOR_GUARD = Object.values(handlerDecorators).flatMap((d) => Object.keys(d).flatMap(hashesOf));
const SEND_GUARD = [...methods].flatMap(hashesOf);

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
  const words = wordsOf(text);
  return {
    metrics:
      (words.mayHaveAny(METRIC_GUARD) || text.includes('labelNames')) &&
      (METRIC_CALLS.test(text) || (WEAK_METRIC_CALLS.test(text) && METRIC_WORDS.test(text))),
    spans: (words.mayHaveAny(SPAN_GUARD) && SPAN_CALLS.test(text)) || (withTrackers && TRACKERS.test(text)),
    spanLife: words.mayHaveAny(START_GUARD) && SPAN_STARTS.test(text),
    propagation:
      ((words.mayHaveAny(CARRIER_GUARD) || CARRIER_PARTS.some((part) => text.includes(part))) && CARRIERS.test(text)) ||
      (words.mayHaveAny(DECORATOR_GUARD) && DECORATORS.test(text)) ||
      (words.mayHaveAny(SEND_GUARD) && SEND_CALLS.test(text) && BROKER_WORDS.test(text)),
  };
}

/** Bundles and minified code: nobody instruments them by hand. */
function isGenerated(text: string): boolean {
  if (text.length < 100_000) return false;
  let lines = 1;
  for (let i = text.indexOf('\n'); i >= 0 && lines * 300 < text.length; i = text.indexOf('\n', i + 1)) lines++;
  return lines * 300 < text.length;
}

interface Calls {
  readonly pattern: RegExp;
  readonly guard: readonly number[];
}

const callsOf = new WeakMap<ReadonlySet<string>, Calls>();

/** Does a text call one of the named functions? */
export function callsAny(text: string, names: ReadonlySet<string>): boolean {
  if (names.size === 0) return false;
  let calls = callsOf.get(names);
  if (!calls) {
    const pattern = new RegExp(`(?<![\\w$])(?:${[...names].map(escape).join('|')})\\s*(?:<[^()]*>)?(?:\\?\\.)?\\(`);
    callsOf.set(names, (calls = { pattern, guard: [...names].flatMap(hashesOf) }));
  }
  return wordsOf(text).mayHaveAny(calls.guard) && calls.pattern.test(text);
}
